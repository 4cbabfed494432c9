import { type Tx, arrays } from '@besure/event-store';
import type { StatementState } from './statement-states.js';

/** A row of `statement` as it is first written. Times in milliseconds since 1970. */
export interface NewStatementRow {
  readonly id: string;
  readonly event: string | null;
  readonly issuer: string;
  readonly counterpart: string;
  readonly uniqueness: string;
  readonly lookup: string;
  readonly state: StatementState;
  readonly jws: string;
  readonly countersignature: string | null;
  readonly openings: Uint8Array;
  readonly openingsKey: Uint8Array;
  readonly preparedAt: number;
  readonly attemptAt: number | null;
  /** The latest time that is signed in it, in seconds. */
  readonly iat: number;
}

/** Writes a group. The caller has looked for rows of the same uniqueness under the lock that makes it the only writer. */
export async function insertStatements(tx: Tx, rows: readonly NewStatementRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO statement (id, event, issuer, counterpart, uniqueness, lookup, state, jws, countersignature,
                            openings, openings_key, prepared_at, attempt_at, iat, disputed)
     SELECT *, state = 'disputed' FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                          $9::text[], $10::bytea[], $11::bytea[], $12::bigint[], $13::bigint[], $14::bigint[])
       AS new (id, event, issuer, counterpart, uniqueness, lookup, state, jws, countersignature,
               openings, openings_key, prepared_at, attempt_at, iat)`,
    [
      arrays.text(rows.map((row) => row.id)),
      arrays.uuid(rows.map((row) => row.event)),
      arrays.text(rows.map((row) => row.issuer)),
      arrays.text(rows.map((row) => row.counterpart)),
      arrays.text(rows.map((row) => row.uniqueness)),
      arrays.text(rows.map((row) => row.lookup)),
      arrays.text(rows.map((row) => row.state)),
      arrays.text(rows.map((row) => row.jws)),
      arrays.text(rows.map((row) => row.countersignature)),
      arrays.bytea(rows.map((row) => row.openings)),
      arrays.bytea(rows.map((row) => row.openingsKey)),
      arrays.bigint(rows.map((row) => row.preparedAt)),
      arrays.bigint(rows.map((row) => row.attemptAt)),
      arrays.bigint(rows.map((row) => row.iat)),
    ],
  );
}

/** What is already known under these uniqueness hashes, by hash. */
export async function statementsByUniqueness(
  tx: Tx,
  hashes: readonly string[],
): Promise<Map<string, { id: string }>> {
  const rows = await tx.query<{ id: string; uniqueness: string }[]>(
    'SELECT id, uniqueness FROM statement WHERE uniqueness = ANY($1::text[])',
    [arrays.text(hashes)],
  );
  return new Map(rows.map((row) => [row.uniqueness, { id: row.id }]));
}

/** Statements stay as they are, but what they are about is free for another one. */
export async function makeWay(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(`UPDATE statement SET uniqueness = 'replaced ' || id WHERE id = ANY($1::text[])`, [
    arrays.text(ids),
  ]);
}

/** At the exchange: notes of statements that wait for good that they were compared once. */
export async function leaveWaiting(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query('UPDATE statement SET attempts = 1 WHERE id = ANY($1::text[])', [ids]);
}

/**
 * Puts off statements that cannot be read yet, unless another instance has gone on with them since. They count no attempt: that instance may be
 * asking, and the count says whether its answer is still about the same row.
 */
export async function lookAgain(tx: Tx, ids: readonly string[], now: number, at: number): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `UPDATE statement SET attempt_at = $3 WHERE id IN (
       SELECT id FROM statement WHERE id = ANY($1::text[]) AND (state = 'waiting' OR attempt_at <= $2)
       ORDER BY id FOR UPDATE)`,
    [arrays.text(ids), now, at],
  );
}

/** A change of state after a verdict or a deadline. */
export interface StatementChange {
  readonly id: string;
  readonly state: StatementState;
  readonly disputed: boolean;
  readonly countersignature: string | null;
  readonly attempts: number;
  readonly attemptAt: number | null;
  /** What was signed now bears this time: no slot before it may hold it. 0 where nothing was signed. */
  readonly iat: number;
}

/** Applies a group of changes in one statement. */
export async function changeStatements(tx: Tx, changes: readonly StatementChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(
    `UPDATE statement AS s
     SET state = c.state, disputed = c.disputed, countersignature = c.countersignature,
         attempts = c.attempts, attempt_at = c.attempt_at, iat = greatest(s.iat, c.iat)
     FROM unnest($1::text[], $2::text[], $3::boolean[], $4::text[], $5::integer[], $6::bigint[], $7::bigint[])
       AS c (id, state, disputed, countersignature, attempts, attempt_at, iat)
     WHERE s.id = c.id`,
    [
      arrays.text(changes.map((change) => change.id)),
      arrays.text(changes.map((change) => change.state)),
      arrays.boolean(changes.map((change) => change.disputed)),
      arrays.text(changes.map((change) => change.countersignature)),
      arrays.integer(changes.map((change) => change.attempts)),
      arrays.bigint(changes.map((change) => change.attemptAt)),
      arrays.bigint(changes.map((change) => change.iat)),
    ],
  );
}
