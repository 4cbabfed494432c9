import { type Tx, arrays } from '@besure/event-store';
import type { MadeAnewEntry } from '@besure/protocol';
import type { EventStatus, StateTimes } from './event-state.js';
import { stateOf } from './event-state.js';
import type { EventChange, EvidenceChange } from './state-changes.js';

/** What a query runs on: a transaction, or the pool for a single read. */
export interface Queryable {
  query<T>(sql: string, parameters?: unknown[]): Promise<T>;
}

/**
 * Applies what was told about accepted events, in one statement. In whatever order it is told (what could not be handled may come late), the
 * earliest time of a state stays, and of the reasons that of an operator.
 */
export async function applyEventChanges(tx: Tx, changes: readonly EventChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(
    `UPDATE event_state AS s
     SET statement = coalesce(s.statement, c.statement),
         prepared_at = least(s.prepared_at, c.prepared_at),
         countersigned_at = least(s.countersigned_at, c.countersigned_at),
         one_sided_at = least(s.one_sided_at, c.one_sided_at),
         record_at = least(s.record_at, c.record_at),
         discarded_at = least(s.discarded_at, c.discarded_at),
         disputed = s.disputed OR c.disputed,
         why = CASE WHEN s.discarded_at IS NULL AND c.discarded_at IS NOT NULL THEN c.why ELSE coalesce(s.why, c.why) END
     FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
                 $7::timestamptz[], $8::boolean[], $9::text[])
       AS c (event, statement, prepared_at, countersigned_at, one_sided_at, record_at, discarded_at, disputed, why)
     WHERE s.event = c.event`,
    [
      arrays.uuid(changes.map((change) => change.event)),
      arrays.text(changes.map((change) => change.statement)),
      arrays.timestamptz(changes.map((change) => change.preparedAt)),
      arrays.timestamptz(changes.map((change) => change.countersignedAt)),
      arrays.timestamptz(changes.map((change) => change.oneSidedAt)),
      arrays.timestamptz(changes.map((change) => change.recordAt)),
      arrays.timestamptz(changes.map((change) => change.discardedAt)),
      arrays.boolean(changes.map((change) => change.disputed)),
      arrays.text(changes.map((change) => change.why)),
    ],
  );
  await freeSubjects(
    tx,
    changes.filter((change) => change.discardedAt !== null).map((change) => change.event),
  );
}

/**
 * Puts other statements in the place of some, which begin from the start. Found by the statement, as events that repeat one share it; there is no index
 * for what hardly ever happens.
 */
export async function applyMadeAnew(tx: Tx, entries: readonly MadeAnewEntry[]): Promise<void> {
  await tx.query(
    `UPDATE event_state AS s
     SET statement = n.statement, countersigned_at = NULL, one_sided_at = NULL, disputed = false,
         why = CASE WHEN s.discarded_at IS NULL THEN NULL ELSE s.why END
     FROM unnest($1::text[], $2::text[]) AS n (before, statement) WHERE s.statement = n.before`,
    [
      arrays.text(entries.map(({ before }) => before)),
      arrays.text(entries.map(({ statement }) => statement)),
    ],
  );
}

/** What was discarded before it was stated can be sent anew, under another id. */
async function freeSubjects(tx: Tx, discarded: readonly string[]): Promise<void> {
  if (discarded.length === 0) return;
  await tx.query(
    `DELETE FROM subject WHERE event IN (
       SELECT event FROM event_state WHERE event = ANY($1::uuid[]) AND statement IS NULL AND record_at IS NULL)`,
    [discarded],
  );
}

/** Applies what the archive told about statements, in one statement. */
export async function applyEvidenceChanges(tx: Tx, changes: readonly EvidenceChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(
    `INSERT INTO evidence AS e (statement, recorded_at, complete_at)
     SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[])
     ON CONFLICT (statement) DO UPDATE SET recorded_at = least(e.recorded_at, excluded.recorded_at),
                                           complete_at = least(e.complete_at, excluded.complete_at)`,
    [
      arrays.text(changes.map((change) => change.statement)),
      arrays.timestamptz(changes.map((change) => change.recordedAt)),
      arrays.timestamptz(changes.map((change) => change.completeAt)),
    ],
  );
}

/** What a status is made of. */
export interface StatusRow {
  readonly statement: string | null;
  readonly disputed: boolean;
  readonly why: string | null;
  readonly accepted_at: Date;
  readonly prepared_at: Date | null;
  readonly countersigned_at: Date | null;
  readonly one_sided_at: Date | null;
  readonly record_at: Date | null;
  readonly discarded_at: Date | null;
  readonly erased_at: Date | null;
  readonly recorded_at: Date | null;
  readonly complete_at: Date | null;
}

/** By name: a statement that is known to the server breaks where a later migration adds a column to "all". */
const STATE_COLUMNS = [
  'statement',
  'disputed',
  'why',
  'accepted_at',
  'prepared_at',
  'countersigned_at',
  'one_sided_at',
  'record_at',
  'discarded_at',
  'erased_at',
] as const;

/** What statuses of requests `r` are read from, row by row: whatever the planner thinks, it reads no table for a page. */
export const STATUS_TABLES = `JOIN LATERAL (SELECT ${STATE_COLUMNS.join(', ')} FROM event_state WHERE event = r.event LIMIT 1) s ON true
  LEFT JOIN LATERAL (SELECT recorded_at, complete_at FROM evidence WHERE statement = s.statement LIMIT 1) e ON true`;
export const STATUS_COLUMNS = `${STATE_COLUMNS.map((column) => `s.${column}`).join(', ')}, e.recorded_at, e.complete_at`;

/**
 * The status of what was accepted under one of these hashes of source and id; null where nothing was. A repeat under another id has the
 * status of the original.
 */
export async function readStatus(
  db: Queryable,
  requestHashes: readonly string[],
): Promise<EventStatus | null> {
  const [row] = await db.query<StatusRow[]>(
    `SELECT ${STATUS_COLUMNS}
       FROM request r ${STATUS_TABLES}
      WHERE r.hash = ANY($1::bytea[])`,
    [requestHashes.map((hash) => `\\x${hash}`)],
  );
  return row === undefined ? null : toStatus(row);
}

/** The status that a row says. */
export function toStatus(row: StatusRow): EventStatus {
  const reached = {
    accepted: row.accepted_at,
    prepared: row.prepared_at,
    countersigned: row.countersigned_at,
    'one-sided': row.one_sided_at,
    recorded: row.recorded_at,
    complete: row.complete_at,
    record: row.record_at,
    discarded: row.discarded_at,
    erased: row.erased_at,
  };
  const at: StateTimes = Object.fromEntries(
    Object.entries(reached).flatMap(([state, time]) => (time === null ? [] : [[state, time.toISOString()]])),
  );
  return {
    state: stateOf(at),
    evidence: row.recorded_at === null ? null : row.statement,
    at,
    disputed: row.disputed,
    why: row.why,
  };
}

/** How many accepted events proof has not taken up yet, and nobody has given up; counted up to a limit. */
export async function countWaiting(db: Queryable, limit: number): Promise<number> {
  const [row] = await db.query<{ count: string }[]>(
    `SELECT count(*) AS count
       FROM (SELECT 1 FROM event_state
              WHERE prepared_at IS NULL AND record_at IS NULL AND discarded_at IS NULL LIMIT $1) AS waiting`,
    [limit],
  );
  return Number(row?.count ?? 0);
}
