import { ACCEPTED } from './accepted.js';
import { type Comparison, differingRows, entriesOf, type SqlCheck, surplusRows } from './sql-check.js';

/** The earliest time at which something was told, as it is passed on: in milliseconds. */
function firstTime(types: readonly string[], condition = 'true'): string {
  const names = types.map((type) => `'${type}'`).join(', ');
  return `date_trunc('milliseconds', min(recorded_at) FILTER (WHERE type IN (${names}) AND ${condition}))`;
}

/** The first of the values that were told. */
function first(column: string, condition = `${column} IS NOT NULL`): string {
  return `(array_agg(${column} ORDER BY position) FILTER (WHERE ${condition}))[1]`;
}

const TYPES = [
  'StatementsPrepared',
  'EventsRepeated',
  'StatementsCountersigned',
  'StatementsCompletedLate',
  'StatementsOneSided',
  'StatementsMadeAnew',
  'RecordsKept',
  'EventsDiscarded',
];

/** What proof and the archive told of events, as far as intake has heard it. */
const TOLD = (['proof', 'archive'] as const)
  .map((source) => entriesOf(source, TYPES, ['event', 'statement', 'disputed', 'why'], 'intake'))
  .join(' UNION ALL ');

/** What stands in the place of statements that were made anew, after however many times. */
const NEWEST = `newest AS (
  WITH RECURSIVE anew AS (${entriesOf('proof', ['StatementsMadeAnew'], ['statement', 'before'], 'intake')}),
       step AS (
         SELECT before, statement FROM anew
         UNION ALL SELECT s.before, a.statement FROM step s JOIN anew a ON a.before = s.statement)
  SELECT before, statement FROM step WHERE statement NOT IN (SELECT before FROM anew))`;

/** What proof told of the events that were accepted; of a statement that was made anew only what it is about counts. */
const STATES: Comparison = {
  with: [
    ACCEPTED,
    NEWEST,
    `told AS (
      SELECT event, ${first('newest')} AS statement, bool_or(counts AND coalesce(disputed, 'false') = 'true') AS disputed,
             coalesce(${first('why', "type = 'EventsDiscarded'")}, ${first('why', 'why IS NOT NULL AND counts')}) AS why,
             ${firstTime(['StatementsPrepared', 'EventsRepeated'])} AS prepared_at,
             ${firstTime(['StatementsCountersigned', 'StatementsCompletedLate'], 'counts')} AS countersigned_at,
             ${firstTime(['StatementsOneSided'], 'counts')} AS one_sided_at, ${firstTime(['RecordsKept'])} AS record_at,
             ${firstTime(['EventsDiscarded'])} AS discarded_at
        FROM (SELECT t.*, coalesce(n.statement, t.statement) AS newest, n.before IS NULL AS counts
                FROM (${TOLD}) AS t LEFT JOIN newest n ON n.before = t.statement) AS t
       GROUP BY event)`,
  ],
  rebuilt: `SELECT DISTINCT ON (a.id) a.id AS event, t.statement, coalesce(t.disputed, false) AS disputed, t.why,
      t.prepared_at, t.countersigned_at, t.one_sided_at, t.record_at, t.discarded_at
    FROM accepted a LEFT JOIN told t ON t.event = a.id`,
  live: `SELECT event::text AS event, statement, disputed, why, prepared_at, countersigned_at, one_sided_at, record_at, discarded_at
    FROM intake.event_state`,
  key: 'event',
  columns: [
    'statement',
    'disputed',
    'why',
    'prepared_at',
    'countersigned_at',
    'one_sided_at',
    'record_at',
    'discarded_at',
  ],
};

/** What the archive told of statements. */
const EVIDENCE: Comparison = {
  rebuilt: `SELECT statement, date_trunc('milliseconds', min(recorded_at)) AS recorded_at,
      date_trunc('milliseconds', min(recorded_at) FILTER (WHERE state = 'complete')) AS complete_at
    FROM (${entriesOf('archive', ['EvidenceReady'], ['statement', 'state'], 'intake')}) AS e GROUP BY statement`,
  live: 'SELECT statement, recorded_at, complete_at FROM intake.evidence',
  key: 'statement',
  columns: ['recorded_at', 'complete_at'],
};

/** What intake shows, which it has from proof and archive. */
export const INTAKE_STATE_CHECKS: readonly SqlCheck[] = [
  { rule: 'intake-state', sql: differingRows(STATES) },
  { rule: 'intake-evidence', sql: differingRows(EVIDENCE) },
  {
    rule: 'without-event',
    sql: surplusRows(EVIDENCE, 'evidence in intake that the archive did not announce'),
  },
];
