import { EventStoreError } from './error.js';

/** Limits of a group. */
export interface GroupCommitOptions<I, O> {
  /** Handles a group; answers one result per item, in their order. When it rejects, every item of the group is rejected with that. */
  readonly work: (items: readonly I[]) => Promise<readonly O[]>;
  /** Most items in one group; default 100. */
  readonly maxGroup?: number;
  /** Most items that may wait beside the group in work; default 10,000. Beyond it `submit` rejects with `overloaded`. */
  readonly maxWaiting?: number;
}

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (result: O) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Turns single submissions into groups without a timer: while one group is in work the next one collects. Alone, an item goes at once; under
 * load the groups grow by themselves.
 *
 * Results are only as durable as `work` makes them. Items are taken in the order of submission. Nothing is retried.
 */
export class GroupCommit<I, O> {
  readonly #work: (items: readonly I[]) => Promise<readonly O[]>;
  readonly #maxGroup: number;
  readonly #maxWaiting: number;
  #waiting: Waiting<I, O>[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(options: GroupCommitOptions<I, O>) {
    this.#work = options.work;
    this.#maxGroup = options.maxGroup ?? 100;
    this.#maxWaiting = options.maxWaiting ?? 10_000;
  }

  /** How many items wait for a group. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves with the item's result when its group is done. */
  submit(item: I): Promise<O> {
    if (this.#closed) return Promise.reject(new EventStoreError('closed', 'no more items are taken'));
    if (this.#waiting.length >= this.#maxWaiting) {
      return Promise.reject(new EventStoreError('overloaded', `${this.#waiting.length} items are waiting`));
    }
    return new Promise<O>((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Takes no more items and resolves when all that were taken are done. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // One turn later, so that items submitted in the same turn share the first group.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.slice(0, this.#maxGroup);
      this.#waiting = this.#waiting.slice(group.length);
      await this.#settle(group);
    }
    this.#running = null;
  }

  async #settle(group: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const results = await this.#work(group.map((waiting) => waiting.item));
      if (results.length !== group.length) {
        throw new RangeError(`${results.length} results for ${group.length} items`);
      }
      results.forEach((result, index) => group[index]?.resolve(result));
    } catch (error) {
      for (const waiting of group) waiting.reject(error);
    }
  }
}
