import { mark } from '@besure/fault-points';
import { handleEvents, type Reader } from './consumer-reader.js';
import { countDeadLetters, insertDeadLetters, type DeathReason, type NewDeadLetter } from './dead-letter.js';
import { EventStoreError } from './error.js';
import type { StoredEvent } from './event.js';
import type { EventStore } from './event-store.js';
import { countReadable } from './event-version.js';
import { isFailureOfEvent } from './failure-of-event.js';
import { parseBigint } from './sql.js';
import type { Tx } from './transaction.js';
import { tryEntries } from './try-entries.js';

/** When an event is put aside, and when no more are. */
export interface DeadLetterLimits {
  /** How often an event is tried alone before it is put aside. */
  readonly attempts: number;
  /** So many in a row may be put aside, with nothing in between that had an effect; then the fault is not theirs. */
  readonly inARow: number;
  /** So many may wait for an operator at a time. */
  readonly waiting: number;
}

/** What progress needs. */
export interface ProgressOptions {
  readonly store: EventStore;
  readonly reader: Reader;
  readonly limits: DeadLetterLimits;
  readonly reasonOf: (error: unknown) => DeathReason;
  /** Called after the commit that put them aside. */
  readonly onDeadLetters: (letters: readonly NewDeadLetter[]) => void;
}

/** Where the checkpoint stands, and whether it was moved just now. */
export interface Taken {
  readonly reached: number;
  readonly moved: boolean;
}

/** A handler failed with these events, and it may be their fault. */
class FailureOfEvents extends Error {
  override readonly name = 'FailureOfEvents';
  readonly events: readonly StoredEvent[];

  constructor(events: readonly StoredEvent[], cause: unknown) {
    super('a handler failed', { cause });
    this.events = events;
  }
}

/**
 * A consumer's checkpoint, moved in the transaction of the effects.
 *
 * A group is handled by one call in one transaction. Where that fails, its events are taken one by one, so that those before the bad one have
 * their effect. That one is tried a number of times; then its entries are tried one by one, and what still fails is put aside in the transaction
 * that moves the checkpoint past it.
 */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #table: string;
  /** Up to here a group has failed: one by one. */
  #carefulUpTo = 0;
  #suspect = { position: 0, attempts: 0 };

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#table = `${options.store.schema}.checkpoint`;
  }

  /** The checkpoint, made where there is none. */
  async start(): Promise<number> {
    const { store, reader } = this.#options;
    return store.transaction(async (tx) => {
      await tx.query(`INSERT INTO ${this.#table} (source, position) VALUES ($1, 0) ON CONFLICT DO NOTHING`, [
        reader.source,
      ]);
      return (await this.#lock(tx)).position;
    });
  }

  /**
   * Handles what continues the checkpoint: all of it, or some of it. Nothing where there is a gap.
   *
   * @throws EventStoreError `unknown-version`, `too-many-dead-letters`: nothing more is to be done before somebody has done something
   * @throws whatever the handler throws: to be tried again later
   */
  async take(events: readonly StoredEvent[]): Promise<Taken> {
    try {
      return await this.#commit(this.#group(events));
    } catch (error) {
      if (!(error instanceof FailureOfEvents)) throw error;
      return await this.#afterFailure(error);
    }
  }

  #group(events: readonly StoredEvent[]): readonly StoredEvent[] {
    return (events[0]?.position ?? Infinity) <= this.#carefulUpTo ? events.slice(0, 1) : events;
  }

  async #commit(events: readonly StoredEvent[]): Promise<Taken> {
    let handling: readonly StoredEvent[] = [];
    try {
      return await this.#options.store.transaction(async (tx) => {
        handling = [];
        const { position } = await this.#lock(tx);
        const fresh = events.filter((event) => event.position > position);
        if (fresh[0]?.position !== position + 1) return { reached: position, moved: false };
        const { reads } = this.#options.reader;
        // What comes before an event of a version that is not known yet; at such an event, that one, which fails.
        const readable = fresh.slice(0, Math.max(1, countReadable(fresh, reads)));
        handling = readable;
        const handled = await handleEvents(this.#options.reader, tx, readable);
        handling = [];
        return this.#move(tx, position + readable.length, handled > 0 ? 'ends' : 'unchanged');
      });
    } catch (error) {
      if (handling.length > 0 && isFailureOfEvent(error)) throw new FailureOfEvents(handling, error);
      throw error;
    }
  }

  /** Throws what failed, for another attempt later, unless there were enough. */
  async #afterFailure({ events, cause }: FailureOfEvents): Promise<Taken> {
    const [event, ...others] = events;
    if (event === undefined) throw cause;
    this.#carefulUpTo = Math.max(this.#carefulUpTo, events.at(-1)?.position ?? 0);
    if (others.length > 0) throw cause;
    const { position, attempts } = this.#suspect;
    this.#suspect = {
      position: event.position,
      attempts: position === event.position ? attempts + 1 : 1,
    };
    if (this.#suspect.attempts < this.#options.limits.attempts) throw cause;
    return this.#putAside(event, cause);
  }

  async #putAside(event: StoredEvent, cause: unknown): Promise<Taken> {
    const { store, reader, reasonOf, onDeadLetters } = this.#options;
    const [taken, letters] = await store.transaction(async (tx) => {
      const { position, deadInARow } = await this.#lock(tx);
      // Another instance was faster.
      if (position !== event.position - 1) return [{ reached: position, moved: false }, []] as const;
      const { dead, handled } = await tryEntries(store, tx, reader, event, cause);
      await this.#assertFew(tx, handled > 0 ? 0 : deadInARow + 1, dead.length, cause);
      const { attempts } = this.#suspect;
      const put = dead.map(({ error, ...rest }) => ({ ...rest, attempts, reason: reasonOf(error) }));
      await insertDeadLetters(tx, store.schema, reader.source, put);
      return [await this.#move(tx, event.position, handled > 0 ? 'ends' : 'goes on'), put] as const;
    });
    if (letters.length > 0) onDeadLetters(letters);
    return taken;
  }

  async #assertFew(tx: Tx, inARow: number, more: number, cause: unknown): Promise<void> {
    const { store, reader, limits } = this.#options;
    const waiting = (await countDeadLetters(tx, store.schema)).get(reader.source) ?? 0;
    if (inARow <= limits.inARow && waiting + more <= limits.waiting) return;
    throw new EventStoreError(
      'too-many-dead-letters',
      `what comes from ${reader.source} cannot be handled, and ${waiting} dead letters wait already`,
      { cause },
    );
  }

  async #lock(tx: Tx): Promise<{ readonly position: number; readonly deadInARow: number }> {
    const [row] = await tx.query<{ position: string; dead_in_a_row: number }[]>(
      `SELECT position, dead_in_a_row FROM ${this.#table} WHERE source = $1 FOR UPDATE`,
      [this.#options.reader.source],
    );
    return { position: parseBigint(row?.position ?? 0), deadInARow: row?.dead_in_a_row ?? 0 };
  }

  async #move(tx: Tx, position: number, row: 'ends' | 'goes on' | 'unchanged'): Promise<Taken> {
    const { source } = this.#options.reader;
    const deadInARow = { ends: '0', 'goes on': 'dead_in_a_row + 1', unchanged: 'dead_in_a_row' }[row];
    await tx.query(
      `UPDATE ${this.#table} SET position = $2, dead_in_a_row = ${deadInARow} WHERE source = $1`,
      [source, position],
    );
    mark(tx, 'consumed', source);
    return { reached: position, moved: true };
  }
}
