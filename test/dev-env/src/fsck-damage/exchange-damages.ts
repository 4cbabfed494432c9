import { ACCEPTED_NEW, NEW_EVENT, type DamageAnywhere } from './damage.js';

/** Faults in what the exchange keeps. */
export const EXCHANGE_DAMAGES: readonly DamageAnywhere[] = [
  {
    what: 'a record that is lost',
    sql: 'DELETE FROM proof.record WHERE event = (SELECT min(event::text)::uuid FROM proof.record) RETURNING event AS subject',
    found: ['record-state'],
  },
  {
    what: 'a record of no event',
    sql: `INSERT INTO proof.record (lookup, event, facts, facts_key) VALUES ('l', ${NEW_EVENT}, '', '') RETURNING event AS subject`,
    found: ['without-event'],
  },
  {
    what: 'an event that the exchange took up and lost',
    sql: `${ACCEPTED_NEW} UPDATE proof.checkpoint SET position = (SELECT position FROM intake.head) WHERE source = 'intake';
          SELECT ${NEW_EVENT} AS subject`,
    found: ['event-lost'],
  },
  {
    what: 'a decision that nobody told',
    sql: `UPDATE proof.statement SET state = 'disputed'
           WHERE id = (SELECT min(id) FROM proof.statement WHERE state = 'countersigned') RETURNING id AS subject`,
    found: ['statement-state'],
  },
  {
    what: 'a countersignature that is lost',
    sql: `UPDATE proof.statement SET countersignature = NULL
           WHERE id = (SELECT min(id) FROM proof.statement WHERE issuer = 'alpha' AND state = 'countersigned') RETURNING id AS subject`,
    found: ['alpha countersignature', 'statement-state'],
  },
  {
    what: 'a statement that its issuer never made',
    sql: `INSERT INTO proof.statement (id, issuer, counterpart, uniqueness, lookup, state, jws, prepared_at)
          VALUES ('nothing', 'alpha', 'beta', 'u', 'l', 'waiting', 'j', 0) RETURNING id AS subject`,
    found: ['without-event'],
  },
  {
    what: 'other bytes of a statement of somebody else',
    sql: `UPDATE proof.statement SET jws = jws || 'A' WHERE id = (SELECT min(id) FROM proof.statement WHERE issuer = 'beta')
          RETURNING id AS subject`,
    found: ['countersignature'],
  },
  {
    what: 'a statement in the archive that was not recorded',
    sql: `INSERT INTO archive.statement (id, issuer, jws) VALUES ('nothing', 'alpha', 'j') RETURNING id AS subject`,
    found: ['without-event'],
  },
  {
    what: 'a copy that is lost before it was fetched',
    sql: "DELETE FROM archive.copy WHERE organisation = 'beta' AND cursor = 1 RETURNING organisation AS subject",
    found: ['copy'],
  },
];
