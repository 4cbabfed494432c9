import { consumedBy, entriesOf, type SqlCheck } from './sql-check.js';

/** The events that intake has acknowledged. */
export const ACCEPTED = `accepted AS (${entriesOf('intake', ['EventsAccepted'], ['id'])})`;

/** For as long, at least, intake knows a repeat: requests may be forgotten after that. */
const KNOWN_FOR = "interval '399 days'";

/** What intake keeps of acknowledged events. */
export const ACCEPTED_CHECKS: readonly SqlCheck[] = [
  {
    rule: 'event-doubled',
    sql: `WITH ${ACCEPTED}
      SELECT id AS subject, 'acknowledged as new ' || count(*) || ' times' AS detail
        FROM accepted GROUP BY id HAVING count(*) > 1`,
  },
  { rule: 'without-event', sql: withoutEvent('request') },
  { rule: 'without-event', sql: withoutEvent('subject') },
  { rule: 'without-event', sql: withoutEvent('event_state') },
  {
    rule: 'acknowledgement',
    sql: unknown('request', `AND a.recorded_at > now() - ${KNOWN_FOR}`),
  },
  {
    rule: 'acknowledgement',
    // What was discarded before it was stated can be told anew.
    sql: unknown(
      'subject',
      `AND a.id NOT IN (SELECT event::text FROM intake.event_state
                         WHERE discarded_at IS NOT NULL AND statement IS NULL AND record_at IS NULL)`,
    ),
  },
  {
    rule: 'subject-doubled',
    sql: `SELECT event::text AS subject, 'is about ' || count(*) || ' subjects' AS detail
        FROM intake.subject GROUP BY event HAVING count(*) > 1`,
  },
  {
    rule: 'consumer-ahead',
    sql: `SELECT consumer || ' of ' || source AS subject,
             'is at ' || position || ', the last event is ' || head AS detail
        FROM (SELECT 'intake' AS consumer, source, position FROM intake.checkpoint
              UNION ALL SELECT 'proof', source, position FROM proof.checkpoint
              UNION ALL SELECT 'archive', source, position FROM archive.checkpoint) AS c
        JOIN (SELECT 'intake' AS owner, position AS head FROM intake.head
              UNION ALL SELECT 'proof', position FROM proof.head
              UNION ALL SELECT 'archive', position FROM archive.head) AS o ON o.owner = c.source
       WHERE position > head`,
  },
  ...(['intake', 'proof', 'archive'] as const).flatMap(numbered),
];

function withoutEvent(table: string): string {
  return `WITH ${ACCEPTED}
    SELECT DISTINCT t.event::text AS subject, 'intake.${table} tells of it' AS detail
      FROM intake.${table} t LEFT JOIN accepted a ON a.id = t.event::text
     WHERE a.id IS NULL`;
}

function unknown(table: string, condition = ''): string {
  return `WITH ${ACCEPTED}
    SELECT a.id AS subject, 'missing in intake.${table}' AS detail
      FROM accepted a LEFT JOIN intake.${table} t ON t.event::text = a.id
     WHERE t.event IS NULL ${condition}`;
}

/** Positions and versions without gaps, and nobody who says that it has consumed more than it has. */
function numbered(schema: 'intake' | 'proof' | 'archive'): SqlCheck[] {
  return [
    {
      rule: 'event-log',
      sql: `SELECT '${schema}.event' AS subject,
               count || ' events, the last is ' || last || ', the next is to follow ' || head AS detail
          FROM (SELECT count(*) AS count, coalesce(max(position), 0) AS last FROM ${schema}.event) AS e,
               (SELECT coalesce(max(position), 0) AS head FROM ${schema}.head) AS h
         WHERE count <> last OR last <> head`,
    },
    {
      rule: 'event-log',
      sql: `SELECT '${schema} ' || stream AS subject, count(*) || ' events, the last version is ' || max(version) AS detail
          FROM ${schema}.event GROUP BY stream HAVING count(*) <> max(version)`,
    },
    {
      rule: 'consumer-ahead',
      sql: `SELECT name || ' of ${schema}' AS subject,
               'is taken to have consumed ' || position || ', but has ' || actual AS detail
          FROM (SELECT name, position, CASE name
                  WHEN 'intake' THEN ${consumedBy('intake', schema)}
                  WHEN 'proof' THEN ${consumedBy('proof', schema)}
                  WHEN 'archive' THEN ${consumedBy('archive', schema)} END AS actual
                  FROM ${schema}.consumer) AS c
         WHERE position > actual`,
    },
  ];
}
