import { ACCEPTED } from './accepted.js';
import type { Db } from './database.js';
import type { FINAL_STATES } from './report.js';
import { entriesOf } from './sql-check.js';

/** How the acknowledged events of a zone have ended. */
export interface Endings {
  readonly acknowledged: number;
  readonly states: Readonly<Record<string, number>>;
  readonly underway: number;
}

type FinalState = (typeof FINAL_STATES)[number];

/**
 * The state of each accepted event, the last word first. What the exchange has countersigned late will be complete; what it has not may still
 * become so, but nobody waits for it.
 */
const ENDED = `ended AS (
  SELECT a.id, s.statement,
         CASE WHEN s.erased_at IS NOT NULL THEN 'erased'
              WHEN s.discarded_at IS NOT NULL THEN 'discarded'
              WHEN r.event IS NOT NULL THEN 'repeat'
              WHEN s.record_at IS NOT NULL THEN 'record'
              WHEN e.complete_at IS NOT NULL THEN 'complete'
              WHEN s.one_sided_at IS NOT NULL AND s.countersigned_at IS NULL AND e.recorded_at IS NOT NULL THEN 'one-sided' END AS state
    FROM (SELECT DISTINCT id FROM accepted) AS a
    LEFT JOIN intake.event_state s ON s.event::text = a.id
    LEFT JOIN intake.evidence e ON e.statement = s.statement
    LEFT JOIN (SELECT DISTINCT event FROM (${entriesOf('proof', ['EventsRepeated'], ['event'])}) AS p) AS r ON r.event = a.id)`;

/** Counts the acknowledged events of a zone by what has become of them. */
export async function endings(db: Db): Promise<Endings> {
  const rows = await db.query<{ state: FinalState | null; count: string }>(
    `WITH ${ACCEPTED}, ${ENDED} SELECT state, count(*) FROM ended GROUP BY state`,
  );
  // The same facts under another id: intake knew that they are no new event.
  const [row] = await db.query<{ count: string }>(
    'SELECT count(*) - count(DISTINCT event) AS count FROM intake.request',
  );
  const repeats = Number(row?.count);
  const states: Record<string, number> = {};
  let underway = 0;
  for (const { state, count } of rows) {
    if (state === null) underway = Number(count);
    else states[state] = Number(count);
  }
  if (repeats > 0) states['repeat'] = (states['repeat'] ?? 0) + repeats;
  const acknowledged = Object.values(states).reduce((sum, count) => sum + count, underway);
  return { acknowledged, states, underway };
}

/** A statement of which there must be evidence. */
export interface EndedStatement {
  readonly statement: string;
  readonly state: 'complete' | 'one-sided';
}

/** The statements that ended complete or one-sided: all, or so many picked by chance. */
export function endedStatements(db: Db, sample: number | 'all'): Promise<EndedStatement[]> {
  return db.query<EndedStatement>(
    `WITH ${ACCEPTED}, ${ENDED}
     SELECT statement, state FROM ended WHERE state IN ('complete', 'one-sided') AND statement IS NOT NULL
      ORDER BY random() LIMIT $1`,
    [sample === 'all' ? null : sample],
  );
}
