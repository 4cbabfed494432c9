import { pauseAfter, type Backoff } from './backoff.js';
import { EventStoreError } from './error.js';
import { eventBatch, type EventBatch, type StoredEvent } from './event.js';
import type { EventStore } from './event-store.js';
import { FreshEvents } from './fresh-events.js';
import type { EventOwner, Outlet } from './ports.js';
import { parseBigint } from './sql.js';
import { WakeUp } from './wake-up.js';

/** What a relay needs. Times have defaults that suit production. */
export interface RelayOptions {
  readonly store: EventStore;
  readonly outlet: Outlet;
  /** Who must have committed before the pipe lets go of anything; without them only the pipe's own age limit does. */
  readonly consumers?: readonly string[];
  /** How long a lost wake-up can delay, and how often the pipe is asked what it holds; default 1 s. */
  readonly pollMillis?: number;
  /** Pauses after failures; default 100 ms to 10 s. */
  readonly backoff?: Backoff;
  /** Most events and most bytes of one message; default 100 and 512 KiB. */
  readonly maxEvents?: number;
  readonly maxBytes?: number;
  /** Called for each failure. The relay goes on. */
  readonly onFailure?: (error: unknown, failuresInARow: number) => void;
}

/** How a relay stands. `lag`: stored events that the pipe has not taken yet. `failures` in a row, 0 = it publishes. */
export interface RelayStatus {
  readonly position: number;
  readonly lag: number;
  readonly failures: number;
}

/**
 * Publishes a schema's events in position order, and answers those who consume them.
 *
 * It keeps no place of its own: after a start, a failure or a quiet poll it asks the outlet what it holds and goes on from
 * there, so a pipe that lost its memory is filled again. Run one per schema.
 */
export class Relay implements EventOwner {
  readonly #store: EventStore;
  readonly #outlet: Outlet;
  readonly #consumers: ReadonlySet<string>;
  readonly #pollMillis: number;
  readonly #backoff: Backoff;
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  readonly #onFailure: (error: unknown, failuresInARow: number) => void;
  readonly #wakeUp = new WakeUp();
  readonly #fresh = new FreshEvents();
  readonly #reported = new Map<string, number>();
  #upkeepDue = 0;
  #published = 0;
  #head = 0;
  #failures = 0;
  #stopped = false;
  #running: Promise<void> | null = null;

  constructor(options: RelayOptions) {
    this.#store = options.store;
    this.#outlet = options.outlet;
    this.#consumers = new Set(options.consumers ?? []);
    this.#pollMillis = options.pollMillis ?? 1_000;
    this.#backoff = options.backoff ?? { firstMillis: 100, largestMillis: 10_000 };
    this.#maxEvents = options.maxEvents ?? 100;
    this.#maxBytes = options.maxBytes ?? 512 * 1024;
    this.#onFailure = options.onFailure ?? (() => {});
  }

  /** Starts publishing in the background. A pipe that is down only delays. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Stops after the message under way; resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeUp.raise();
    await this.#running;
  }

  /** How it stands now; no question to anyone. */
  status(): RelayStatus {
    const lag = Math.max(0, this.#head - this.#published);
    return { position: this.#published, lag, failures: this.#failures };
  }

  /** @inheritdoc */
  async replay(after: number): Promise<EventBatch> {
    return eventBatch(after, await this.#store.readAll(after, this.#maxEvents, this.#maxBytes));
  }

  /** Notes a consumer's progress; once per poll it is stored, and the pipe lets go of what nobody needs any more. Unknown names are ignored. */
  async committed(consumer: string, position: number): Promise<void> {
    if (!this.#consumers.has(consumer)) return;
    this.#reported.set(consumer, Math.max(position, this.#reported.get(consumer) ?? 0));
  }

  /** Up to where every consumer has committed; 0 while one of them has never told. Attachments below it may be erased. */
  async lowestCommitted(): Promise<number> {
    const names = [...this.#consumers];
    const rows = await this.#store.transaction((tx) =>
      tx.query<{ position: string }[]>(
        `SELECT position FROM ${this.#store.schema}.consumer WHERE name = ANY($1::text[])`,
        [names],
      ),
    );
    if (names.length === 0 || rows.length < names.length) return 0;
    return Math.min(...rows.map((row) => parseBigint(row.position)));
  }

  async #run(): Promise<void> {
    const unsubscribe = this.#store.onAppended((appended) => {
      this.#fresh.add(appended);
      this.#wakeUp.raise();
    });
    let endService: (() => Promise<void>) | null = null;
    let known = false;
    while (!this.#stopped) {
      try {
        this.#head = await this.#store.head();
        endService ??= await this.#outlet.serve(this);
        if (!known) await this.#resume();
        known = true;
        try {
          await this.#publishAll();
        } finally {
          // A pipe that is full takes nothing before it has let go of what everybody has committed.
          await this.#upkeep();
        }
        this.#failures = 0;
        known = await this.#wakeUp.wait(this.#pollMillis);
      } catch (error) {
        known = false;
        this.#failures += 1;
        this.#onFailure(error, this.#failures);
        await this.#pause(pauseAfter(this.#backoff, this.#failures));
      }
    }
    unsubscribe();
    await endService?.().catch((error: unknown) => this.#onFailure(error, this.#failures));
  }

  async #resume(): Promise<void> {
    const published = await this.#outlet.lastPublished();
    const head = await this.#store.head();
    if (published > head) {
      throw new EventStoreError(
        'outlet-ahead',
        `the pipe holds position ${published}, the store only ${head}`,
      );
    }
    // What every consumer has committed needs no pipe, even if the pipe has forgotten everything.
    this.#published = Math.max(published, await this.lowestCommitted());
  }

  async #publishAll(): Promise<void> {
    while (!this.#stopped) {
      const events = await this.#next();
      const last = events.at(-1);
      if (last === undefined) return;
      this.#head = Math.max(this.#head, last.position);
      await this.#outlet.publish(events);
      this.#published = last.position;
    }
  }

  async #next(): Promise<StoredEvent[]> {
    const fresh = this.#fresh.take(this.#published, this.#maxEvents, this.#maxBytes);
    if (fresh.length > 0 || this.#published >= this.#head) return fresh;
    return this.#store.readAll(this.#published, this.#maxEvents, this.#maxBytes);
  }

  async #upkeep(): Promise<void> {
    if (this.#reported.size === 0 || Date.now() < this.#upkeepDue) return;
    const reports = [...this.#reported];
    this.#reported.clear();
    const table = `${this.#store.schema}.consumer`;
    await this.#store.transaction((tx) =>
      tx.query(
        `INSERT INTO ${table} (name, position) SELECT * FROM unnest($1::text[], $2::bigint[])
         ON CONFLICT (name) DO UPDATE SET position = greatest(${table}.position, excluded.position)`,
        [reports.map(([name]) => name), reports.map(([, position]) => position)],
      ),
    );
    const lowest = await this.lowestCommitted();
    if (lowest > 0) await this.#outlet.purgeBelow(lowest + 1);
    this.#upkeepDue = Date.now() + this.#pollMillis;
  }

  /** A wake-up by an append does not shorten the pause after a failure; only stopping does. */
  async #pause(millis: number): Promise<void> {
    const end = Date.now() + millis;
    while (!this.#stopped) {
      const left = end - Date.now();
      if (left <= 0) return;
      await this.#wakeUp.wait(left);
    }
  }
}
