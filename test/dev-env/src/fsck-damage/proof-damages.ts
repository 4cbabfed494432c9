import {
  ACCEPTED_NEW,
  append,
  COMPLETE,
  entry,
  EVENT,
  FULL_SLOT,
  NEW_EVENT,
  type DamageAnywhere,
} from './damage.js';

const PUT_ASIDE = `${ACCEPTED_NEW} UPDATE proof.checkpoint SET position = (SELECT position FROM intake.head) WHERE source = 'intake';
  INSERT INTO proof.dead_letter (source, position, stream, version, type, data, recorded_at, attempts, error)
  SELECT 'intake', position, stream, version, type, data, recorded_at, 1, 'Error' FROM intake.event ORDER BY position DESC LIMIT 1;`;

/** Faults in what the proof of an organisation keeps. */
export const PROOF_DAMAGES: readonly DamageAnywhere[] = [
  {
    what: 'an event that proof took up and lost',
    sql: `${ACCEPTED_NEW} UPDATE proof.checkpoint SET position = (SELECT position FROM intake.head) WHERE source = 'intake';
          SELECT ${NEW_EVENT} AS subject`,
    found: ['event-lost'],
  },
  {
    what: 'no fault: an event that proof has put aside as a dead letter',
    sql: `${PUT_ASIDE} SELECT 1`,
    found: [],
  },
  {
    what: 'a dead letter that was replayed and had no effect',
    sql: `${PUT_ASIDE}
          INSERT INTO proof.dead_letter_end (letter, ending, ended_by) SELECT max(id), 'replayed', 'nobody' FROM proof.dead_letter;
          SELECT ${NEW_EVENT} AS subject`,
    found: ['event-lost'],
  },
  {
    what: 'an event that was stated and is told to be a repeat',
    sql: `${append('proof', 'EventsRepeated', entry("'event'", EVENT, "'statement'", COMPLETE))} SELECT ${EVENT} AS subject`,
    found: ['event-doubled'],
  },
  {
    what: 'a statement that is lost',
    sql: `DELETE FROM proof.statement WHERE id = ${COMPLETE} RETURNING id AS subject`,
    found: ['statement-state', 'without-event', 'exchange without-event'],
  },
  {
    what: 'a statement of no event',
    sql: `INSERT INTO proof.statement (id, issuer, counterpart, uniqueness, lookup, state, jws, prepared_at)
          VALUES ('nothing', 'alpha', 'beta', 'u', 'l', 'prepared', 'j', 0) RETURNING id AS subject`,
    found: ['without-event'],
  },
  {
    what: 'two statements about one subject',
    sql: `ALTER TABLE proof.statement DROP CONSTRAINT statement_uniqueness_key;
          INSERT INTO proof.statement (id, issuer, counterpart, uniqueness, lookup, state, jws, prepared_at)
          SELECT 'second', issuer, counterpart, uniqueness, lookup, 'prepared', 'j', 0 FROM proof.statement WHERE id = ${COMPLETE};
          SELECT 'second' AS subject`,
    found: ['subject-doubled', 'without-event'],
  },
  {
    what: 'a state of a statement that nobody told',
    sql: `UPDATE proof.statement SET state = 'one-sided' WHERE id = ${COMPLETE} RETURNING id AS subject`,
    found: ['statement-state'],
  },
  {
    what: 'a statement that passes for unrecorded',
    sql: `UPDATE proof.statement SET slot = NULL WHERE id = ${COMPLETE} RETURNING id AS subject`,
    found: ['statement-state'],
  },
  {
    what: 'another countersignature',
    sql: `UPDATE proof.statement SET countersignature = countersignature || 'A' WHERE id = ${COMPLETE} RETURNING id AS subject`,
    found: ['countersignature'],
  },
  {
    what: 'a statement that was recorded twice',
    sql: `${append('proof', 'StatementsRecorded', `(SELECT data FROM proof.event WHERE type LIKE 'StatementsRecorded%' ORDER BY position LIMIT 1)`)}
          SELECT ${FULL_SLOT} AS subject`,
    found: ['event-doubled'],
  },
  {
    what: 'another root of a slot',
    sql: `UPDATE proof.slot SET root = repeat('ab', 32) WHERE slot = ${FULL_SLOT} RETURNING slot AS subject`,
    found: ['ledger-item', 'recording', 'slot-state'],
  },
  {
    what: 'a final slot that passes for signed',
    sql: `UPDATE proof.slot SET state = 'signed' WHERE slot = ${FULL_SLOT} RETURNING slot AS subject`,
    found: ['ledger-item', 'slot-state'],
  },
  {
    what: 'a slot of no event',
    sql: `INSERT INTO proof.slot (slot, state, root, txid, raw) VALUES (1, 'signed', 'r', 't', 'r') RETURNING slot AS subject`,
    found: ['slot-state'],
  },
  {
    what: 'a chain that goes on elsewhere',
    sql: `UPDATE proof.slot_chain SET tip_txid = repeat('ab', 32) RETURNING 'slot_chain' AS subject`,
    found: ['slot-state'],
  },
  {
    what: 'a second item that was signed for a slot',
    sql: `${append('proof', 'SlotSigned', `(SELECT data FROM proof.event WHERE stream = 'slots' ORDER BY position DESC LIMIT 1)`, `'slots'`)}
          UPDATE proof.slot_chain SET version = version + 1 RETURNING last_slot AS subject`,
    found: ['ledger-item'],
  },
];
