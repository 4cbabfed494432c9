import { mark } from '@besure/fault-points';
import type { DataSource } from 'typeorm';
import { arrays } from './binary-array.js';
import { EventStoreError } from './error.js';
import type { AppendResult, JsonValue, NewEvent, StoredEvent } from './event.js';
import { MOST_FRESH_BYTES, type AppendedEvent } from './fresh-events.js';
import { parseBigint, parseSchemaName } from './sql.js';
import { runTransaction, type Tx } from './transaction.js';

/** The most that data and attachment (as base64) of one event may take together: it must fit into one message of the bus. */
export const EVENT_BYTES_LIMIT = 900_000;

interface EventRow {
  readonly position: string;
  readonly stream: string;
  readonly version: string;
  readonly type: string;
  readonly data: JsonValue;
  readonly content: Buffer | null;
  readonly recorded_at: Date;
}

/**
 * The append-only log of one service, in PostgreSQL.
 *
 * - Durability: that of a commit. Nothing is promised to anyone before `transaction` has resolved.
 * - Consistency: positions are dense and in the order of commits: the one-row counter stays locked from the first append of a
 *   transaction to its end, so whoever has read up to position n has seen everything up to n. Append last, and
 *   commit at once: until then all other writers of the schema wait.
 * - Concurrency: any number of processes. Expected versions are checked under that same lock, so of two that expect the same version
 *   exactly one gets it.
 * - Retries: `transaction` repeats what PostgreSQL gave up for the sake of others; everything else is the caller's.
 */
export class EventStore {
  readonly schema: string;
  readonly #dataSource: DataSource;
  readonly #listeners = new Set<(appended: readonly AppendedEvent[]) => void>();
  readonly #appending = new WeakMap<Tx, Appending>();

  constructor(options: { readonly dataSource: DataSource; readonly schema: string }) {
    this.#dataSource = options.dataSource;
    this.schema = parseSchemaName(options.schema);
  }

  /** Runs `work` in one transaction; it may run more than once, see `runTransaction`. Wakes the listeners when it appended. */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const [result, appended] = await runTransaction(this.#dataSource, async (tx) => {
      const answer = await work(tx);
      return [answer, this.#appending.get(tx)?.events] as const;
    });
    if (appended !== undefined) for (const listener of this.#listeners) listener(appended);
    return result;
  }

  /** Runs a part of a transaction: where it fails, nothing of it is left, what it appended included, and the transaction can go on. */
  async attempt<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
    await tx.query('SAVEPOINT attempt');
    try {
      const answer = await work();
      await tx.query('RELEASE SAVEPOINT attempt');
      return answer;
    } catch (error) {
      // Which of them were appended before it does not matter: who publishes reads from the database what is not told here.
      this.#appending.get(tx)?.forget();
      try {
        await tx.query('ROLLBACK TO SAVEPOINT attempt');
        await tx.query('RELEASE SAVEPOINT attempt');
      } catch {
        // The connection is gone, and the transaction with it: whatever comes next in it fails.
      }
      throw error;
    }
  }

  /**
   * Appends a group. The answers stand in the order of the events; one that conflicts is not stored, leaves no gap and does not touch
   * its neighbours. Events of the same stream in one group see each other.
   */
  async append(tx: Tx, events: readonly NewEvent[]): Promise<AppendResult[]> {
    if (events.length === 0) return [];
    const texts = events.map(assertStorable);
    const before = await this.#lockHead(tx);
    // A statement of its own, after the lock: READ COMMITTED takes a new view of the data for each statement.
    const versions = await this.#versions(tx, events);
    const results: AppendResult[] = [];
    const placed: Placed[] = [];
    for (const [index, event] of events.entries()) {
      const actual = versions.get(event.stream) ?? 0;
      if (event.expectedVersion !== 'any' && event.expectedVersion !== actual) {
        results.push({ ok: false, code: 'version-conflict', actual });
        continue;
      }
      const version = actual + 1;
      const position = before + placed.length + 1;
      versions.set(event.stream, version);
      placed.push({ event, position, version, text: texts[index] ?? '' });
      mark(tx, 'appended', event.type);
      results.push({ ok: true, position, version });
    }
    await this.#insert(tx, before, placed);
    return results;
  }

  /** Events after a position, in order: at most `limit`, and at most `maxBytes` of content unless the first one alone is larger. */
  async readAll(after: number, limit: number, maxBytes = Number.MAX_SAFE_INTEGER): Promise<StoredEvent[]> {
    const s = this.schema;
    const rows = await this.#dataSource.query<EventRow[]>(
      `SELECT position, stream, version, type, data, content, recorded_at
         FROM (SELECT e.position, e.stream, e.version, e.type, e.data, a.content, e.recorded_at,
                      sum(octet_length(e.data::text) + coalesce(octet_length(a.content), 0))
                        OVER (ORDER BY e.position) AS bytes
                 FROM ${s}.event e LEFT JOIN ${s}.attachment a ON a.position = e.position
                WHERE e.position > $1 AND e.position <= $1 + $2::bigint) run
        WHERE bytes <= $3 OR position = $1 + 1
        ORDER BY position`,
      [after, limit, maxBytes],
    );
    return rows.map(toStoredEvent);
  }

  /** A stream from a version (default its first) to its end. */
  async readStream(stream: string, fromVersion = 1): Promise<StoredEvent[]> {
    const s = this.schema;
    const rows = await this.#dataSource.query<EventRow[]>(
      `SELECT e.position, e.stream, e.version, e.type, e.data, a.content, e.recorded_at
         FROM ${s}.event e LEFT JOIN ${s}.attachment a ON a.position = e.position
        WHERE e.stream = $1 AND e.version >= $2
        ORDER BY e.version`,
      [stream, fromVersion],
    );
    return rows.map(toStoredEvent);
  }

  /** The last position; 0 while there is no event. */
  async head(): Promise<number> {
    const [row] = await this.#dataSource.query<{ position: string }[]>(
      `SELECT position FROM ${this.schema}.head`,
    );
    return row === undefined ? 0 : parseBigint(row.position);
  }

  /** Erases the attachments of these events; the events stay. Answers how many there were. */
  async eraseAttachments(tx: Tx, positions: readonly number[]): Promise<number> {
    return this.#erase(tx, 'position = ANY($1::bigint[])', positions);
  }

  /** Erases all attachments below a position, when those who need them have confirmed. Answers how many there were. */
  async eraseAttachmentsBelow(tx: Tx, position: number): Promise<number> {
    return this.#erase(tx, 'position < $1', position);
  }

  /**
   * Calls `listener` after each commit of this process that appended, with what it appended, or some of it where it is much; of two commits the later may
   * be told first. A hint: other processes' appends are seen by polling.
   */
  onAppended(listener: (appended: readonly AppendedEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #lockHead(tx: Tx): Promise<number> {
    if (!this.#appending.has(tx)) this.#appending.set(tx, new Appending());
    const rows = await tx.query<{ position: string }[]>(
      `SELECT position FROM ${this.schema}.head FOR UPDATE`,
    );
    const [row] = rows;
    if (row === undefined)
      throw new EventStoreError('not-migrated', `schema ${this.schema} has no position counter`);
    return parseBigint(row.position);
  }

  async #versions(tx: Tx, events: readonly NewEvent[]): Promise<Map<string, number>> {
    const streams = [...new Set(events.map((event) => event.stream))];
    // One look at the end of the index per stream, however long the stream is.
    const rows = await tx.query<{ stream: string; version: string }[]>(
      `SELECT s.stream, last.version
         FROM unnest($1::text[]) AS s(stream)
         CROSS JOIN LATERAL (SELECT e.version FROM ${this.schema}.event e WHERE e.stream = s.stream
                              ORDER BY e.version DESC LIMIT 1) AS last`,
      [arrays.text(streams)],
    );
    return new Map(rows.map((row) => [row.stream, parseBigint(row.version)]));
  }

  async #insert(tx: Tx, before: number, placed: readonly Placed[]): Promise<void> {
    if (placed.length === 0) return;
    const s = this.schema;
    const attached = placed.flatMap(({ position, event: { attachment } }) =>
      attachment === undefined ? [] : [{ position, attachment }],
    );
    const [[row]] = await tx.query<[[{ recorded_at: Date }], number]>(
      `WITH stored AS (
         INSERT INTO ${s}.event (position, stream, version, type, data)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::json[])
       ), attached AS (
         INSERT INTO ${s}.attachment (position, content)
         SELECT * FROM unnest($6::bigint[], $7::bytea[])
       )
       UPDATE ${s}.head SET position = $8 RETURNING statement_timestamp() AS recorded_at`,
      [
        arrays.bigint(placed.map((one) => one.position)),
        arrays.text(placed.map((one) => one.event.stream)),
        arrays.bigint(placed.map((one) => one.version)),
        arrays.text(placed.map((one) => one.event.type)),
        arrays.json(placed.map((one) => one.text)),
        arrays.bigint(attached.map((one) => one.position)),
        arrays.bytea(attached.map((one) => one.attachment)),
        before + placed.length,
      ],
    );
    const recordedAt = row.recorded_at.toISOString();
    this.#appending.get(tx)?.add(placed.map((one) => toAppended(one, recordedAt)));
  }

  async #erase(tx: Tx, condition: string, parameter: number | readonly number[]): Promise<number> {
    const [row] = await tx.query<{ erased: string }[]>(
      `WITH gone AS (DELETE FROM ${this.schema}.attachment WHERE ${condition} RETURNING 1)
       SELECT count(*) AS erased FROM gone`,
      [parameter],
    );
    return row === undefined ? 0 : parseBigint(row.erased);
  }
}

/** What a transaction has appended so far, as far as it is worth keeping in memory until the commit. */
class Appending {
  #events: AppendedEvent[] = [];
  #bytes = 0;

  get events(): readonly AppendedEvent[] {
    return this.#events;
  }

  add(appended: readonly AppendedEvent[]): void {
    for (const one of appended) this.#bytes += one.bytes;
    if (this.#bytes > MOST_FRESH_BYTES) this.#events = [];
    else this.#events.push(...appended);
  }

  /** Some of it was undone. */
  forget(): void {
    this.#events = [];
  }
}

/** An event of a group that is stored: its place, and its data as text. */
interface Placed {
  readonly event: NewEvent;
  readonly position: number;
  readonly version: number;
  readonly text: string;
}

function toAppended({ event, position, version, text }: Placed, recordedAt: string): AppendedEvent {
  const { stream, type, data, attachment = null } = event;
  return {
    event: { position, stream, version, type, data, attachment, recordedAt },
    bytes: Buffer.byteLength(text) + (attachment?.length ?? 0),
  };
}

/** The data as the text to store. Throws `bad-event` for what could never be stored or carried, before it can harm its neighbours. */
function assertStorable(event: NewEvent): string {
  for (const name of [event.stream, event.type]) {
    if (name === '' || name.length > 400 || name.includes('\0')) {
      throw new EventStoreError('bad-event', 'stream and type need 1 to 400 characters, none of them NUL');
    }
  }
  const { expectedVersion } = event;
  if (expectedVersion !== 'any' && !(Number.isSafeInteger(expectedVersion) && expectedVersion >= 0)) {
    throw new EventStoreError('bad-event', 'the expected version is a count, or "any"');
  }
  const text: string | undefined = JSON.stringify(event.data);
  if (text === undefined) throw new EventStoreError('bad-event', 'data is not JSON');
  const size = Buffer.byteLength(text) + Math.ceil((event.attachment?.length ?? 0) / 3) * 4;
  if (size > EVENT_BYTES_LIMIT) {
    throw new EventStoreError(
      'bad-event',
      `${size} bytes do not fit into one message (${EVENT_BYTES_LIMIT})`,
    );
  }
  return text;
}

function toStoredEvent(row: EventRow): StoredEvent {
  return {
    position: parseBigint(row.position),
    stream: row.stream,
    version: parseBigint(row.version),
    type: row.type,
    data: row.data,
    attachment: row.content === null ? null : plainBytes(row.content),
    recordedAt: row.recorded_at.toISOString(),
  };
}

/** The same memory without the driver's class: what comes out equals what went in. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
