import type { StoredEvent } from './event.js';
import { parseBigint } from './sql.js';
import type { Tx } from './transaction.js';

/** Why an event could not be handled, without a fact: it stands in a table that is only added to, and in logs. */
export interface DeathReason {
  /** The class of the error. */
  readonly error: string;
  readonly code: string | null;
  /** Its message, where that quotes nothing. */
  readonly text: string | null;
}

/** An event to put aside, or one entry of it: `event` holds that entry alone then. */
export interface NewDeadLetter {
  readonly event: StoredEvent;
  readonly entry: number | null;
  readonly attempts: number;
  readonly reason: DeathReason;
}

/** What an operator made of a dead letter. */
export interface DeadLetterEnd {
  readonly ending: 'replayed' | 'discarded';
  /** Why it was discarded. */
  readonly why: string | null;
  readonly by: string;
  readonly at: string;
}

/** An event that a consumer put aside. */
export interface DeadLetter extends NewDeadLetter {
  readonly id: number;
  /** Whose event it is. */
  readonly source: string;
  readonly deadAt: string;
  /** Null while it waits for an operator. */
  readonly end: DeadLetterEnd | null;
}

/** Reads no message: it may quote a value. Whoever knows whose messages quote nothing has a better one. */
export function nameOfError(error: unknown): DeathReason {
  if (!(error instanceof Error)) return { error: typeof error, code: null, text: null };
  const code = 'code' in error && typeof error.code === 'string' ? error.code.slice(0, 64) : null;
  return { error: error.name.slice(0, 64), code, text: null };
}

/** Puts events aside. */
export async function insertDeadLetters(
  tx: Tx,
  schema: string,
  source: string,
  letters: readonly NewDeadLetter[],
): Promise<void> {
  for (const { event, entry, attempts, reason } of letters) {
    const [row] = await tx.query<{ id: string }[]>(
      `INSERT INTO ${schema}.dead_letter
         (source, position, entry, stream, version, type, data, recorded_at, attempts, error, code, reason)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
      [
        source,
        event.position,
        entry,
        event.stream,
        event.version,
        event.type,
        JSON.stringify(event.data),
        event.recordedAt,
        attempts,
        reason.error,
        reason.code,
        reason.text,
      ],
    );
    if (event.attachment === null) continue;
    await tx.query(`INSERT INTO ${schema}.dead_letter_attachment (letter, content) VALUES ($1, $2)`, [
      row?.id,
      Buffer.from(event.attachment),
    ]);
  }
}

/** Which dead letters to read: by number, all that wait, or all that there ever were. */
export type DeadLetterChoice = readonly number[] | 'waiting' | 'all';

/** Dead letters in the order of their events, source by source. */
export async function readDeadLetters(
  tx: Tx,
  schema: string,
  choice: DeadLetterChoice,
): Promise<DeadLetter[]> {
  const rows = await tx.query<DeadLetterRow[]>(
    `SELECT d.id, d.source, d.position, d.entry, d.stream, d.version, d.type, d.data, d.recorded_at,
            d.attempts, d.error, d.code, d.reason, d.dead_at, a.content, e.ending, e.why, e.ended_by, e.ended_at
       FROM ${schema}.dead_letter d
       LEFT JOIN ${schema}.dead_letter_attachment a ON a.letter = d.id
       LEFT JOIN ${schema}.dead_letter_end e ON e.letter = d.id
      WHERE ($1::bigint[] IS NULL OR d.id = ANY($1::bigint[])) AND ($2 OR e.letter IS NULL)
      ORDER BY d.source, d.position, d.entry`,
    [typeof choice === 'string' ? null : choice, choice !== 'waiting'],
  );
  return rows.map(toDeadLetter);
}

/** How many dead letters of each source wait for an operator. */
export async function countDeadLetters(tx: Tx, schema: string): Promise<Map<string, number>> {
  const rows = await tx.query<{ source: string; count: number }[]>(
    `SELECT source, count(*)::integer AS count FROM ${schema}.dead_letter
      WHERE id NOT IN (SELECT letter FROM ${schema}.dead_letter_end) GROUP BY source`,
  );
  return new Map(rows.map(({ source, count }) => [source, count]));
}

/** Notes for ever what an operator made of it, and lets go of what was attached. */
export async function endDeadLetter(
  tx: Tx,
  schema: string,
  id: number,
  { ending, why, by }: Omit<DeadLetterEnd, 'at'>,
): Promise<void> {
  await tx.query(
    `INSERT INTO ${schema}.dead_letter_end (letter, ending, why, ended_by) VALUES ($1, $2, $3, $4)`,
    [id, ending, why, by],
  );
  await tx.query(`DELETE FROM ${schema}.dead_letter_attachment WHERE letter = $1`, [id]);
}

interface DeadLetterRow {
  readonly id: string;
  readonly source: string;
  readonly position: string;
  readonly entry: number | null;
  readonly stream: string;
  readonly version: string;
  readonly type: string;
  readonly data: StoredEvent['data'];
  readonly recorded_at: Date;
  readonly attempts: number;
  readonly error: string;
  readonly code: string | null;
  readonly reason: string | null;
  readonly dead_at: Date;
  readonly content: Buffer | null;
  readonly ending: DeadLetterEnd['ending'] | null;
  readonly why: string | null;
  readonly ended_by: string | null;
  readonly ended_at: Date | null;
}

function toDeadLetter(row: DeadLetterRow): DeadLetter {
  const { ending, ended_by: by, ended_at: endedAt } = row;
  return {
    id: parseBigint(row.id),
    source: row.source,
    event: {
      position: parseBigint(row.position),
      stream: row.stream,
      version: parseBigint(row.version),
      type: row.type,
      data: row.data,
      attachment: row.content,
      recordedAt: row.recorded_at.toISOString(),
    },
    entry: row.entry,
    attempts: row.attempts,
    reason: { error: row.error, code: row.code, text: row.reason },
    deadAt: row.dead_at.toISOString(),
    end:
      ending === null || by === null || endedAt === null
        ? null
        : { ending, why: row.why, by, at: endedAt.toISOString() },
  };
}
