import type { DamageAnywhere } from './damage.js';

const OWN_LEAF = "(SELECT min(leaf) FROM archive.item WHERE member = 'alpha')";
const FLIPPED = 'set_byte(entry, 40, get_byte(entry, 40) # 1)';

/** Faults in the ledger logs that an organisation keeps. */
export const LOG_DAMAGES: readonly DamageAnywhere[] = [
  {
    what: 'a flipped bit in an entry of the log of proof',
    sql: `UPDATE proof.log_leaf SET entry = ${FLIPPED} WHERE index = ${OWN_LEAF}`,
    found: ['ledger-item', 'stored-log'],
  },
  {
    what: 'a flipped bit in an entry of the log of the archive',
    sql: `UPDATE archive.log_leaf SET entry = ${FLIPPED} WHERE log = 'proofs' AND index = ${OWN_LEAF}`,
    found: ['hub-log', 'ledger-item', 'stored-log'],
  },
  {
    what: 'an entry that is lost',
    sql: "DELETE FROM archive.log_leaf WHERE log = 'witnessed' AND index = 3",
    found: ['stored-log'],
  },
  {
    what: 'a flipped bit in the hashes of a log',
    sql: 'UPDATE proof.log_tile SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) WHERE level = 0 AND index = 0',
    found: ['stored-log'],
  },
  {
    what: 'hashes of a log that are lost',
    sql: 'DELETE FROM proof.log_tile WHERE level = 0 AND index = 0',
    found: ['stored-log'],
  },
  {
    what: 'a right edge of another log',
    sql: "UPDATE proof.log_head SET edge = set_byte(edge, 0, get_byte(edge, 0) # 1) RETURNING 'head' AS subject",
    found: ['stored-log'],
  },
  {
    what: 'a checkpoint of another root',
    sql: `UPDATE proof.log_checkpoint SET note = regexp_replace(note, E'\\n([A-Za-z0-9+/=]{44})\\n', E'\\n' || repeat('A', 43) || E'=\\n')
           WHERE size = (SELECT min(size) FROM proof.log_checkpoint)`,
    found: ['stored-log'],
  },
];
