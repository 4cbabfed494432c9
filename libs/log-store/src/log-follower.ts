import { setTimeout as pause } from 'node:timers/promises';
import { pauseAfter, WakeUp, type Backoff } from '@besure/event-store';
import { type Checkpoint, parseCheckpoint, ProtocolError } from '@besure/protocol';
import { catchUp, type CopyTarget } from './catch-up.js';
import { LogStoreError } from './error.js';
import type { LogSource } from './log-source.js';

/** What a follower needs. Times have defaults that suit production. */
export interface LogFollowerOptions extends CopyTarget {
  /** Each is asked in every round, so that one that stays silent, lags or shows another history is noticed beside one that does not. */
  readonly sources: readonly LogSource[];
  /**
   * Judges a checkpoint note of this log by its signatures (keys, quorum) and answers the note to keep, for instance without lines that
   * do not count. Throws where the note is not acceptable, or not yet.
   */
  readonly accept: (note: string) => string;
  /** Default 5 s. */
  readonly pollMillis?: number;
  /** Pauses after a round in which no source was of use; default 500 ms to 30 s. */
  readonly backoff?: Backoff;
  /** Called for each failure with a source. A LogStoreError `fork` is the one that a person must see. */
  readonly onFailure?: (error: unknown, source: string) => void;
  /** Called once while a source has no checkpoint yet, which is no failure: networks begin without one. */
  readonly onWaiting?: (source: string) => void;
}

type OptionsWithDefaults = 'pollMillis' | 'backoff' | 'onFailure' | 'onWaiting';

/** How a follower stands. `failures`: rounds in a row in which no source was of use. `forked`: sources that have shown another history. */
export interface LogFollowerStatus {
  readonly size: number;
  readonly failures: number;
  readonly forked: readonly string[];
}

/**
 * Copies a published log into a store of its own, entry by entry, believing only signatures and hashes: the entries are appended when the root
 * over all of them is the checkpoint's. From an empty store, after a crash or from a restored backup it is the same code.
 */
export class LogFollower {
  readonly #options: LogFollowerOptions & Required<Pick<LogFollowerOptions, OptionsWithDefaults>>;
  readonly #wakeUp = new WakeUp();
  readonly #forked = new Set<string>();
  readonly #waiting = new Set<string>();
  /** What each source showed last, where all of it has been followed. */
  readonly #followed = new Map<LogSource, string>();
  readonly #stopping = new AbortController();
  #size = 0;
  #failures = 0;
  #running: Promise<void> | null = null;

  constructor(options: LogFollowerOptions) {
    this.#options = {
      pollMillis: 5_000,
      backoff: { firstMillis: 500, largestMillis: 30_000 },
      onFailure: () => {},
      onWaiting: () => {},
      ...options,
    };
  }

  /** Starts following in the background. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Looks at once instead of at the next poll: something said that there is more. */
  wake(): void {
    this.#wakeUp.raise();
  }

  /** Stops after the transaction under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wakeUp.raise();
    await this.#running;
  }

  /** How it stands now; no question to anyone. */
  status(): LogFollowerStatus {
    return { size: this.#size, failures: this.#failures, forked: [...this.#forked] };
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      if (await this.#round()) {
        this.#failures = 0;
        await this.#wakeUp.wait(this.#options.pollMillis);
      } else {
        this.#failures += 1;
        const millis = pauseAfter(this.#options.backoff, this.#failures);
        await pause(millis, undefined, { signal: this.#stopping.signal }).catch(() => {});
      }
    }
  }

  /** One look at every source, the furthest first; false when none was of use. */
  async #round(): Promise<boolean> {
    const offers = await Promise.all(this.#options.sources.map((source) => this.#offer(source)));
    const furthestFirst = offers
      .filter((offer) => offer !== null && offer !== 'nothing-new')
      .toSorted((a, b) => b.checkpoint.size - a.checkpoint.size);
    let useful = offers.includes('nothing-new');
    for (const offer of furthestFirst) {
      if (this.#stopping.signal.aborted) break;
      try {
        await this.#follow(offer);
        useful = true;
        if (this.#size >= offer.checkpoint.size) this.#followed.set(offer.source, offer.shown);
      } catch (error) {
        this.#failed(error, offer.source);
      }
    }
    return useful;
  }

  async #offer(source: LogSource): Promise<Offer | 'nothing-new' | null> {
    try {
      const shown = await source.checkpoint();
      this.#waiting.delete(source.name);
      if (shown === this.#followed.get(source)) return 'nothing-new';
      const note = this.#options.accept(shown);
      return { source, shown, note, checkpoint: parseAccepted(note) };
    } catch (error) {
      if (error instanceof LogStoreError && error.code === 'no-checkpoint') this.#isWaiting(source);
      else this.#failed(error, source);
      return null;
    }
  }

  #isWaiting(source: LogSource): void {
    if (this.#waiting.has(source.name)) return;
    this.#waiting.add(source.name);
    this.#options.onWaiting(source.name);
  }

  #failed(error: unknown, source: LogSource): void {
    if (error instanceof LogStoreError && error.code === 'fork') this.#forked.add(source.name);
    this.#options.onFailure(error, source.name);
  }

  /** Brings the log up to what the source offers. Throws when the source is of no use. */
  async #follow({ source, note, checkpoint }: Offer): Promise<void> {
    const { store, log } = this.#options;
    this.#size = await this.#finish(source);
    // Equal or older: must be a beginning of what is here. An equal one may bring signatures.
    if (checkpoint.size < this.#size) await store.transaction((tx) => log.checkRoot(tx, checkpoint));
    else if (checkpoint.size === this.#size) await store.transaction((tx) => log.saveCheckpoint(tx, note));
    else await this.#catchUp(source, note);
  }

  /**
   * Where a crash came between the parts of a long catch-up, the checkpoint that those parts were given is finished first. Answers how far the
   * log is then.
   */
  async #finish(source: LogSource): Promise<number> {
    const { store, log } = this.#options;
    const [note, head] = await store.transaction(
      async (tx) => [await log.latestCheckpoint(tx), await log.head(tx)] as const,
    );
    if (note === null || parseAccepted(note).size <= head.size) return head.size;
    await this.#catchUp(source, note);
    return this.#size;
  }

  async #catchUp(source: LogSource, note: string): Promise<void> {
    const before = this.#size;
    this.#size = (await catchUp(this.#options, source, note, this.#stopping.signal)).size;
    // One look copies so much and no more: others are looked at as well, and then it goes on at once.
    if (this.#size > before && this.#size < parseAccepted(note).size) this.#wakeUp.raise();
  }
}

interface Offer {
  readonly source: LogSource;
  readonly shown: string;
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

function parseAccepted(note: string): Checkpoint {
  try {
    return parseCheckpoint(note);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new LogStoreError('checkpoint-not-accepted', 'not a checkpoint', { cause });
  }
}
