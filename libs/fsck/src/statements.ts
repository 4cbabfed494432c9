import { ACCEPTED } from './accepted.js';
import {
  type Comparison,
  consumedBy,
  differingRows,
  entriesOf,
  type SqlCheck,
  surplusRows,
} from './sql-check.js';

/** Accepted events that proof has taken up. What was erased before leaves nothing behind. */
const TAKEN = `taken AS (
  SELECT DISTINCT a.id FROM (${entriesOf('intake', ['EventsAccepted'], ['id'], 'proof')}) AS a
   WHERE a.id NOT IN (SELECT event::text FROM intake.event_state WHERE erased_at IS NOT NULL))`;

const RECORDED = `recorded AS (
  SELECT r.*, r.data ->> 'slot' AS slot, r.data ->> 'root' AS root
    FROM (${entriesOf('proof', ['StatementsRecorded'], ['event', 'statement', 'issuer', 'index'])}) AS r)`;

/** What became of each event, by proof's events of these types; one row for each time that it is told. */
function became(types: readonly string[], columns: readonly string[]): SqlCheck[] {
  const said = `said AS (${entriesOf('proof', types, columns)})`;
  return [
    {
      rule: 'event-lost',
      sql: `WITH ${TAKEN}, ${said}
        SELECT t.id AS subject, 'proof has taken it up and made nothing of it' AS detail
          FROM taken t LEFT JOIN said s ON s.event = t.id
         WHERE s.event IS NULL`,
    },
    {
      rule: 'event-doubled',
      sql: `WITH ${said}
        SELECT coalesce(event, '?') AS subject, string_agg(type, ', ' ORDER BY position) AS detail
          FROM said GROUP BY event HAVING count(*) > 1`,
    },
    {
      rule: 'without-event',
      sql: `WITH ${ACCEPTED}, ${said}
        SELECT coalesce(s.event, '?') AS subject, 'proof tells of it: ' || s.type AS detail
          FROM said s LEFT JOIN accepted a ON a.id = s.event AND a.position <= ${consumedBy('proof', 'intake')}
         WHERE a.id IS NULL`,
    },
  ];
}

const ONCE: readonly SqlCheck[] = [
  {
    rule: 'subject-doubled',
    sql: `SELECT min(id) AS subject, count(*) || ' statements: ' || string_agg(id, ', ' ORDER BY id) AS detail
        FROM proof.statement GROUP BY uniqueness HAVING count(*) > 1`,
  },
  {
    rule: 'event-doubled',
    sql: `WITH ${RECORDED}
      SELECT statement AS subject, 'recorded in slots ' || string_agg(slot, ', ' ORDER BY position) AS detail
        FROM recorded GROUP BY statement HAVING count(*) > 1`,
  },
];

/** In an organisation: what its statements are by the events. */
const OWN_STATEMENTS: Comparison = {
  with: [
    `prepared AS (${entriesOf('proof', ['StatementsPrepared', 'StatementsMadeAnew'], ['event', 'statement'])})`,
    `replaced AS (${entriesOf('proof', ['StatementsMadeAnew'], ['before'])})`,
    `answered AS (
      SELECT statement, bool_or(type = 'StatementsCountersigned') AS in_time, bool_or(type <> 'StatementsOneSided') AS countersigned,
             bool_or(disputed = 'true') AS disputed
        FROM (${entriesOf(
          'proof',
          ['StatementsCountersigned', 'StatementsCompletedLate', 'StatementsOneSided'],
          ['statement', 'disputed'],
        )}) AS a GROUP BY statement)`,
    RECORDED,
  ],
  rebuilt: `SELECT p.statement AS id, p.event, $1::text AS issuer,
      CASE WHEN p.statement IN (SELECT before FROM replaced) THEN 'replaced' WHEN a.in_time THEN 'countersigned' WHEN a.statement IS NOT NULL THEN 'one-sided' ELSE 'prepared' END AS state,
      coalesce(a.disputed AND NOT a.countersigned, false) AS disputed, coalesce(a.countersigned, false) AS countersigned, r.slot
    FROM prepared p LEFT JOIN answered a USING (statement) LEFT JOIN recorded r USING (statement)`,
  live: `SELECT id, event::text AS event, issuer, state, disputed, countersignature IS NOT NULL AS countersigned, slot::text AS slot
    FROM proof.statement`,
  key: 'id',
  columns: ['event', 'issuer', 'state', 'disputed', 'countersigned', 'slot'],
};

const ABOUT_STATEMENTS = [
  'EventsRepeated',
  'StatementsCountersigned',
  'StatementsCompletedLate',
  'StatementsOneSided',
  'StatementsRecorded',
];

/** What an organisation's proof has made of events. */
export const ORGANISATION_CHECKS: readonly SqlCheck[] = [
  ...became(['StatementsPrepared', 'EventsRepeated', 'EventsDiscarded'], ['event', 'statement']),
  ...ONCE,
  { rule: 'statement-state', sql: differingRows(OWN_STATEMENTS) },
  {
    rule: 'without-event',
    sql: surplusRows(OWN_STATEMENTS, 'a statement in proof that no event tells of'),
  },
  {
    rule: 'without-event',
    sql: surplusRows(
      {
        ...OWN_STATEMENTS,
        live: `SELECT statement AS id FROM (${entriesOf('proof', ABOUT_STATEMENTS, ['statement'])}) AS s`,
      },
      'proof tells of a statement that was never made',
    ),
  },
];

/** At the exchange: what the statements of others are by the events. Of one that waits for a record none tells. */
const OTHERS_STATEMENTS: Comparison = {
  with: [`decided AS (${entriesOf('proof', ['StatementsDecided'], ['statement', 'verdict'])})`, RECORDED],
  rebuilt: `SELECT d.statement AS id, d.verdict AS state,
      d.verdict = 'countersigned' AS countersigned, r.slot
    FROM decided d LEFT JOIN recorded r USING (statement)`,
  live: `SELECT id, state, countersignature IS NOT NULL AS countersigned, slot::text AS slot
    FROM proof.statement WHERE state <> 'waiting' OR slot IS NOT NULL`,
  key: 'id',
  columns: ['state', 'countersigned', 'slot'],
};

const RECORDS: Comparison = {
  rebuilt: entriesOf('proof', ['RecordsKept'], ['event']),
  live: 'SELECT event::text AS event FROM proof.record',
  key: 'event',
  columns: [],
};

/** What the exchange's proof has made of events, and of the statements of others. */
export const EXCHANGE_CHECKS: readonly SqlCheck[] = [
  ...became(['RecordsKept', 'EventsDiscarded'], ['event']),
  ...ONCE,
  { rule: 'record-state', sql: differingRows(RECORDS) },
  { rule: 'without-event', sql: surplusRows(RECORDS, 'a record that no event tells of') },
  { rule: 'statement-state', sql: differingRows(OTHERS_STATEMENTS) },
  {
    rule: 'statement-state',
    sql: surplusRows(OTHERS_STATEMENTS, 'decided, but no event tells of that'),
  },
  {
    rule: 'event-doubled',
    sql: `SELECT statement AS subject, 'decided ' || count(*) || ' times' AS detail
        FROM (${entriesOf('proof', ['StatementsDecided'], ['statement'])}) AS d GROUP BY statement HAVING count(*) > 1`,
  },
];
