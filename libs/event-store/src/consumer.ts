import { setTimeout as pause } from 'node:timers/promises';
import { pauseAfter, type Backoff } from './backoff.js';
import type { Reader } from './consumer-reader.js';
import { nameOfError, type DeathReason, type NewDeadLetter } from './dead-letter.js';
import { EventStoreError } from './error.js';
import { eventBatch, type EventBatch, type StoredEvent } from './event.js';
import type { EventStore } from './event-store.js';
import type { Inlet, InletSubscription } from './ports.js';
import { Progress, type DeadLetterLimits } from './progress.js';

/** What a consumer needs. Times and numbers have defaults that suit production. */
export interface ConsumerOptions extends Reader {
  /** The consumer's own store: its checkpoint and the effects of its handler live there, in one transaction. */
  readonly store: EventStore;
  readonly inlet: Inlet;
  /** Resolves as soon as events may be handled, or when the signal says that nobody waits any more; until then nothing is tried, and nothing has failed. */
  readonly mayHandle?: (stopping: AbortSignal) => Promise<void>;
  /** How often the owner is asked directly for more, in case the pipe is silent although there is more; default 10 s. */
  readonly pollMillis?: number;
  /** Pauses after failures; default 100 ms to 30 s. */
  readonly backoff?: Backoff;
  /** When an event is put aside; see `DEAD_LETTER_LIMITS`. */
  readonly limits?: Partial<DeadLetterLimits>;
  /** What is kept of an error beside a dead letter; without it class and code. */
  readonly reasonOf?: (error: unknown) => DeathReason;
  /** Called for each failure. The consumer goes on trying. */
  readonly onFailure?: (error: unknown, failuresInARow: number) => void;
  /** Called once when it stops before an event, and with null once it goes on. */
  readonly onStopped?: (stop: ConsumerStop | null, error: unknown) => void;
  /** Called for events that were put aside, after the commit. */
  readonly onDeadLetters?: (letters: readonly NewDeadLetter[]) => void;
}

/**
 * Eight attempts take some ten seconds: longer than what passes by itself without a word from the database, shorter than what delays its
 * neighbours noticeably. Five in a row: two may come together by chance, or from one sender; when the sixth in a row fails as well, the
 * fault is here. A hundred that wait: as many as a person can still look through.
 */
export const DEAD_LETTER_LIMITS: DeadLetterLimits = { attempts: 8, inARow: 5, waiting: 100 };

/** Why a consumer does not go on: before which event, and what has to change. */
export interface ConsumerStop {
  readonly code: 'unknown-version' | 'too-many-dead-letters';
  /** The position that it stopped behind. */
  readonly after: number;
}

/** How a consumer stands. `failures` in a row, 0 = it goes on; `lag` in events, of those that it has heard of. */
export interface ConsumerStatus {
  readonly source: string;
  readonly position: number;
  readonly lag: number;
  readonly failures: number;
  readonly stopped: ConsumerStop | null;
}

/**
 * Reads another schema's events in order, each exactly once in effect.
 *
 * The checkpoint row is locked in the transaction of the effects: of two instances one waits and then finds doubles. A double is skipped,
 * a gap is filled by asking the owner, a failing handler is tried again with growing pauses and nothing behind it overtakes. An event that fails
 * again and again while nothing else does is put aside as a dead letter, for an operator. Where too many do, and before an event of a version
 * that this code does not know, the consumer stops, visibly, looks again now and then, and goes on by itself when it can.
 */
export class Consumer {
  readonly source: string;
  readonly #inlet: Inlet;
  readonly #progress: Progress;
  readonly #pollMillis: number;
  readonly #backoff: Backoff;
  readonly #mayHandle: (stopping: AbortSignal) => Promise<void>;
  readonly #onFailure: (error: unknown, failuresInARow: number) => void;
  readonly #onStopped: (stop: ConsumerStop | null, error: unknown) => void;
  readonly #stopping = new AbortController();
  #subscription: InletSubscription | null = null;
  #poller: Promise<void> | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #quiet = true;
  #position = 0;
  #heardOf = 0;
  #failures = 0;
  #stopped: ConsumerStop | null = null;

  constructor(options: ConsumerOptions) {
    this.source = options.source;
    this.#inlet = options.inlet;
    this.#progress = new Progress({
      store: options.store,
      reader: options,
      limits: { ...DEAD_LETTER_LIMITS, ...options.limits },
      reasonOf: options.reasonOf ?? nameOfError,
      onDeadLetters: options.onDeadLetters ?? (() => {}),
    });
    this.#pollMillis = options.pollMillis ?? 10_000;
    this.#backoff = options.backoff ?? { firstMillis: 100, largestMillis: 30_000 };
    this.#mayHandle = options.mayHandle ?? (() => Promise.resolve());
    this.#onFailure = options.onFailure ?? (() => {});
    this.#onStopped = options.onStopped ?? (() => {});
  }

  /** Starts from its checkpoint. Needs its database; the pipe and the owner may be down. */
  async start(): Promise<void> {
    this.#position = await this.#progress.start();
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
    return {
      source: this.source,
      position: this.#position,
      lag,
      failures: this.#failures,
      stopped: this.#stopped,
    };
  }

  /** One batch after the other, from the pipe and from polls alike. */
  #enqueue(batch: EventBatch): Promise<void> {
    const done = this.#queue.then(() => this.#handleUntilDone(batch));
    this.#queue = done.catch(() => {});
    return done;
  }

  async #handleUntilDone(batch: EventBatch): Promise<void> {
    if (isConsecutive(batch)) this.#heardOf = Math.max(this.#heardOf, batch.to);
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#mayHandle(signal);
      if (signal.aborted) break;
      try {
        await this.#handle(batch);
        this.#goesOn();
        return;
      } catch (error) {
        this.#failures += 1;
        this.#report(error);
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
    let events = target === null ? [] : batch.events;
    let reached = await this.#take(events);
    while (!this.#stopping.signal.aborted && (target === null || reached < target)) {
      events = events.filter(({ position }) => position > reached);
      if (events[0]?.position !== reached + 1) {
        const missing = await this.#inlet.replay(reached);
        if (missing.events.length === 0 && target === null) return;
        if (missing.events.length === 0 || !isConsecutive(missing) || missing.from > reached + 1) {
          throw new EventStoreError(
            'gap',
            `the owner of ${this.source} does not give what follows ${reached}`,
          );
        }
        ({ events } = missing);
      }
      reached = await this.#take(events);
    }
  }

  /** Handles what continues the checkpoint, and answers where the checkpoint stands then: unchanged where there is a gap. */
  async #take(events: readonly StoredEvent[]): Promise<number> {
    const { reached, moved } = await this.#progress.take(events);
    this.#position = Math.max(this.#position, reached);
    if (moved) {
      this.#inlet.committed(reached);
      this.#goesOn();
    }
    return reached;
  }

  #goesOn(): void {
    this.#failures = 0;
    if (this.#stopped === null) return;
    this.#stopped = null;
    this.#onStopped(null, null);
  }

  /** A stop is told once, however often it is found again. */
  #report(error: unknown): void {
    const stop = this.#stopBy(error);
    if (stop === null) {
      this.#onFailure(error, this.#failures);
    } else if (this.#stopped?.code !== stop.code || this.#stopped.after !== stop.after) {
      this.#stopped = stop;
      this.#onStopped(stop, error);
    }
  }

  #stopBy(error: unknown): ConsumerStop | null {
    if (!(error instanceof EventStoreError)) return null;
    const { code } = error;
    return code === 'unknown-version' || code === 'too-many-dead-letters'
      ? { code, after: this.#position }
      : null;
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
