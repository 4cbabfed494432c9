import { setTimeout as pause } from 'node:timers/promises';
import { mark } from '@besure/fault-points';
import { pauseAfter, type Backoff } from './backoff.js';
import { EventStoreError } from './error.js';
import { eventBatch, type EventBatch, type StoredEvent } from './event.js';
import type { EventStore } from './event-store.js';
import type { Inlet, InletSubscription } from './ports.js';
import { parseBigint } from './sql.js';
import type { Tx } from './transaction.js';

/** What a consumer needs. Times have defaults that suit production. */
export interface ConsumerOptions {
  /** The consumer's own store: its checkpoint and the effects of its handler live there, in one transaction. */
  readonly store: EventStore;
  /** Whose events: the name of their schema. One consumer per source and schema. */
  readonly source: string;
  readonly inlet: Inlet;
  /**
   * Gives the events their effects, all within `tx`: it may run again with the same events after a failure, and then nothing of the first time
   * is left. Unknown types are for the handler to ignore or to refuse.
   */
  readonly handler: (tx: Tx, events: readonly StoredEvent[]) => Promise<void>;
  /** How often the owner is asked directly for more, in case the pipe is silent although there is more; default 10 s. */
  readonly pollMillis?: number;
  /** Pauses after failures; default 100 ms to 30 s. */
  readonly backoff?: Backoff;
  /** Called for each failure. The consumer goes on trying. */
  readonly onFailure?: (error: unknown, failuresInARow: number) => void;
}

/** How a consumer stands. `failures` in a row, 0 = it goes on; `lag` in events, of those that it has heard of. */
export interface ConsumerStatus {
  readonly source: string;
  readonly position: number;
  readonly lag: number;
  readonly failures: number;
}

/**
 * Reads another schema's events in order, each exactly once in effect.
 *
 * The checkpoint row is locked in the transaction of the effects: of two instances one waits and then finds doubles. A double is skipped,
 * a gap is filled by asking the owner, a failing handler is tried again with growing pauses and nothing behind it overtakes. There is no
 * place where an event could be put aside: what cannot be handled stops this source, visibly, until it can.
 */
export class Consumer {
  readonly source: string;
  readonly #store: EventStore;
  readonly #inlet: Inlet;
  readonly #handler: (tx: Tx, events: readonly StoredEvent[]) => Promise<void>;
  readonly #pollMillis: number;
  readonly #backoff: Backoff;
  readonly #onFailure: (error: unknown, failuresInARow: number) => void;
  readonly #stopping = new AbortController();
  #subscription: InletSubscription | null = null;
  #poller: Promise<void> | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #quiet = true;
  #position = 0;
  #heardOf = 0;
  #failures = 0;

  constructor(options: ConsumerOptions) {
    this.source = options.source;
    this.#store = options.store;
    this.#inlet = options.inlet;
    this.#handler = options.handler;
    this.#pollMillis = options.pollMillis ?? 10_000;
    this.#backoff = options.backoff ?? { firstMillis: 100, largestMillis: 30_000 };
    this.#onFailure = options.onFailure ?? (() => {});
  }

  /** Starts from its checkpoint. Needs its database; the pipe and the owner may be down. */
  async start(): Promise<void> {
    this.#position = await this.#readCheckpoint();
    this.#heardOf = this.#position;
    this.#subscription = await this.#inlet.start(this.#position, (batch) => this.#enqueue(batch));
    this.#poller = this.#poll();
  }

  /** Stops after the batch under way, or at once where it is only waiting to try again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#subscription?.stop();
    await this.#poller;
    await this.#queue;
  }

  /** How it stands now; no question to anyone. */
  status(): ConsumerStatus {
    const lag = Math.max(0, this.#heardOf - this.#position);
    return { source: this.source, position: this.#position, lag, failures: this.#failures };
  }

  /** One batch after the other, from the pipe and from polls alike. */
  #enqueue(batch: EventBatch): Promise<void> {
    const done = this.#queue.then(() => this.#handleUntilDone(batch));
    this.#queue = done.catch(() => {});
    return done;
  }

  async #handleUntilDone(batch: EventBatch): Promise<void> {
    if (isConsecutive(batch)) this.#heardOf = Math.max(this.#heardOf, batch.to);
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#handle(batch);
        this.#failures = 0;
        return;
      } catch (error) {
        this.#failures += 1;
        this.#onFailure(error, this.#failures);
        await this.#pause(pauseAfter(this.#backoff, this.#failures));
      }
    }
    throw new EventStoreError('stopped', `the consumer of ${this.source} is being stopped`);
  }

  /** Brings the checkpoint to the end of the batch or beyond, filling what lies between from the owner. */
  async #handle(batch: EventBatch): Promise<void> {
    this.#quiet = false;
    // A batch that is not what it says is not used at all: whatever the owner has is asked from the owner.
    const target = isConsecutive(batch) ? batch.to : null;
    let reached = await this.#commit(target === null ? [] : batch.events);
    while (!this.#stopping.signal.aborted && (target === null || reached < target)) {
      const missing = await this.#inlet.replay(reached);
      if (missing.events.length === 0 && target === null) return;
      if (missing.events.length === 0 || !isConsecutive(missing) || missing.from > reached + 1) {
        throw new EventStoreError('gap', `the owner of ${this.source} does not give what follows ${reached}`);
      }
      reached = await this.#commit(missing.events);
    }
  }

  /** Handles what continues the checkpoint, and answers where the checkpoint stands then: unchanged where there is a gap. */
  async #commit(events: readonly StoredEvent[]): Promise<number> {
    const table = `${this.#store.schema}.checkpoint`;
    const [reached, moved] = await this.#store.transaction(async (tx) => {
      const [row] = await tx.query<{ position: string }[]>(
        `SELECT position FROM ${table} WHERE source = $1 FOR UPDATE`,
        [this.source],
      );
      const position = parseBigint(row?.position ?? 0);
      const fresh = events.filter((event) => event.position > position);
      const last = fresh.at(-1);
      if (last === undefined || fresh[0]?.position !== position + 1) return [position, false] as const;
      await this.#handler(tx, fresh);
      await tx.query(`UPDATE ${table} SET position = $2 WHERE source = $1`, [this.source, last.position]);
      mark(tx, 'consumed', this.source);
      return [last.position, true] as const;
    });
    this.#position = Math.max(this.#position, reached);
    if (moved) this.#inlet.committed(reached);
    return reached;
  }

  async #readCheckpoint(): Promise<number> {
    const table = `${this.#store.schema}.checkpoint`;
    return this.#store.transaction(async (tx) => {
      await tx.query(`INSERT INTO ${table} (source, position) VALUES ($1, 0) ON CONFLICT DO NOTHING`, [
        this.source,
      ]);
      const [row] = await tx.query<{ position: string }[]>(
        `SELECT position FROM ${table} WHERE source = $1`,
        [this.source],
      );
      return parseBigint(row?.position ?? 0);
    });
  }

  async #poll(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#quiet = true;
      await this.#pause(this.#pollMillis);
      if (this.#quiet) await this.#askOwner();
    }
  }

  async #askOwner(): Promise<void> {
    try {
      while (!this.#stopping.signal.aborted) {
        const more = await this.#inlet.replay(this.#position);
        if (more.events.length === 0) return;
        await this.#enqueue(more);
      }
    } catch {
      // The owner is away, or this consumer is being stopped: the pipe or the next poll brings the events.
    }
  }

  /** Ends early when the consumer is being stopped. */
  async #pause(millis: number): Promise<void> {
    await pause(millis, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}

/** Whether the events are what `from` and `to` say, one after the other. */
function isConsecutive(batch: EventBatch): boolean {
  const said = eventBatch(batch.from - 1, batch.events);
  return said.to === batch.to && batch.events.every((event, index) => event.position === batch.from + index);
}
