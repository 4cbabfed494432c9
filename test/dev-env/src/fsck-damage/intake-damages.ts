import { append, COMPLETE, entry, EVENT, NEW_EVENT, NOW, type DamageAnywhere } from './damage.js';

/** Faults in what intake keeps. */
export const INTAKE_DAMAGES: readonly DamageAnywhere[] = [
  {
    what: 'a request of an event that was never accepted',
    sql: `INSERT INTO intake.request (hash, content, event) VALUES ('\\x01', '\\x01', ${NEW_EVENT}) RETURNING event AS subject`,
    found: ['without-event'],
  },
  {
    what: 'a forgotten request',
    sql: `DELETE FROM intake.request WHERE event = ${EVENT} RETURNING event AS subject`,
    found: ['acknowledgement'],
  },
  {
    what: 'a forgotten subject',
    sql: `DELETE FROM intake.subject WHERE event = ${EVENT} RETURNING event AS subject`,
    found: ['acknowledgement'],
  },
  {
    what: 'an event about two subjects',
    sql: `INSERT INTO intake.subject (hash, facts, event) VALUES ('\\x01', '\\x01', ${EVENT}) RETURNING event AS subject`,
    found: ['subject-doubled'],
  },
  {
    what: 'a lost state of an event',
    sql: `DELETE FROM intake.event_state WHERE event = ${EVENT} RETURNING event AS subject`,
    found: ['intake-state'],
  },
  {
    what: 'a state of no event',
    sql: `INSERT INTO intake.event_state (event, accepted_at) VALUES (${NEW_EVENT}, ${NOW}) RETURNING event AS subject`,
    found: ['without-event'],
  },
  {
    what: 'a state that nobody told',
    sql: `UPDATE intake.event_state SET one_sided_at = ${NOW} WHERE event = ${EVENT} RETURNING event AS subject`,
    found: ['intake-state'],
  },
  {
    what: 'a time that nobody told',
    sql: `UPDATE intake.event_state SET prepared_at = prepared_at + interval '1 s' WHERE event = ${EVENT} RETURNING event AS subject`,
    found: ['intake-state'],
  },
  {
    what: 'an event that passes for discarded',
    sql: `UPDATE intake.event_state SET discarded_at = ${NOW} WHERE event = ${EVENT} RETURNING event AS subject`,
    found: ['intake-state'],
  },
  {
    what: 'lost evidence in intake',
    sql: `DELETE FROM intake.evidence WHERE statement = ${COMPLETE} RETURNING statement AS subject`,
    found: ['intake-evidence'],
  },
  {
    what: 'evidence of nothing in intake',
    sql: `INSERT INTO intake.evidence (statement, recorded_at) VALUES ('nothing', ${NOW}) RETURNING statement AS subject`,
    found: ['without-event'],
  },
  {
    what: 'a lost acknowledgement',
    sql: 'DELETE FROM intake.event WHERE position = 1',
    found: ['event-log', 'without-event'],
  },
  {
    what: 'a version that is left out',
    sql: `UPDATE intake.event SET version = 2 WHERE position = 1 RETURNING stream AS subject`,
    found: ['event-log'],
  },
  {
    what: 'a last event that is lost behind its counter',
    sql: 'UPDATE archive.head SET position = position + 1',
    found: ['event-log'],
  },
  {
    what: 'an event that was acknowledged as new twice',
    sql: `${append('intake', 'EventsAccepted', entry("'id'", EVENT))} SELECT ${EVENT} AS subject`,
    found: ['event-doubled'],
  },
  {
    what: 'a consumer that is ahead of its source',
    sql: "UPDATE archive.checkpoint SET position = position + 1000 WHERE source = 'proof'",
    found: ['consumer-ahead'],
  },
  {
    what: 'a consumer that is taken to be further than it is',
    sql: `INSERT INTO intake.consumer (name, position) VALUES ('proof', 1000000)
          ON CONFLICT (name) DO UPDATE SET position = excluded.position`,
    found: ['consumer-ahead'],
  },
];
