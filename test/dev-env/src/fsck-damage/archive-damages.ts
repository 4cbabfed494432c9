import { append, COMPLETE, entry, FULL_SLOT, type DamageAnywhere } from './damage.js';

/** Faults in what the archive of an organisation keeps. */
export const ARCHIVE_DAMAGES: readonly DamageAnywhere[] = [
  {
    what: 'a recording that the archive lost',
    sql: `DELETE FROM archive.recording WHERE statement = ${COMPLETE} AND member = 'alpha' RETURNING statement AS subject`,
    found: ['evidence-state', 'recording'],
  },
  {
    what: 'a recording of no event',
    sql: `INSERT INTO archive.recording (statement, member, part, index, path, countersigned)
          SELECT 'nothing', 'alpha', min(id), 0, '', false FROM archive.part WHERE member = 'alpha' RETURNING statement AS subject`,
    found: ['without-event'],
  },
  {
    what: 'a copy that the archive lost',
    // With its part, where it was alone in it: a part that holds nothing is found by another rule.
    sql: `WITH lost AS (DELETE FROM archive.recording WHERE statement = ${COMPLETE} AND member = 'exchange' RETURNING statement, part),
               hollow AS (DELETE FROM archive.part USING lost WHERE id = lost.part AND NOT EXISTS
                 (SELECT 1 FROM archive.recording r WHERE r.part = id AND r.statement <> lost.statement))
          SELECT statement AS subject FROM lost`,
    found: ['copy', 'evidence-state'],
  },
  {
    what: 'a copy of what the exchange did not record',
    sql: `UPDATE archive.recording SET index = index + 1 WHERE statement = ${COMPLETE} AND member = 'exchange' RETURNING statement AS subject`,
    found: ['copy'],
  },
  {
    what: 'a lost statement',
    sql: `DELETE FROM archive.statement WHERE id = ${COMPLETE} RETURNING id AS subject`,
    found: ['evidence-state', 'recording'],
  },
  {
    what: 'a statement that proof never made',
    sql: `INSERT INTO archive.statement (id, issuer, jws) VALUES ('nothing', 'alpha', 'j') RETURNING id AS subject`,
    found: ['without-event'],
  },
  {
    what: 'lost openings',
    sql: `DELETE FROM archive.opening WHERE statement = ${COMPLETE} RETURNING statement AS subject`,
    found: ['openings'],
  },
  {
    what: 'a part at a leaf of another item',
    sql: `UPDATE archive.part SET leaf = leaf + 1 WHERE member = 'alpha' AND slot = ${FULL_SLOT} RETURNING slot AS subject`,
    found: ['ledger-item'],
  },
  {
    what: 'a part under another root',
    sql: `UPDATE archive.part SET root = '\\xab' WHERE member = 'alpha' AND slot = ${FULL_SLOT} RETURNING slot AS subject`,
    found: ['ledger-item', 'recording'],
  },
  {
    what: 'a part that the ledger contradicts',
    sql: `UPDATE archive.part SET contradicted = true WHERE member = 'alpha' AND slot = ${FULL_SLOT} RETURNING slot AS subject`,
    found: ['ledger-item'],
  },
  {
    what: 'a part that holds nothing',
    sql: `INSERT INTO archive.part (member, slot, root) VALUES ('alpha', 1, '\\xab') RETURNING 'part ' || id AS subject`,
    found: ['recording'],
  },
  {
    what: 'an item that the archive lost',
    sql: `DELETE FROM archive.item WHERE member = 'alpha' AND slot = ${FULL_SLOT} RETURNING slot AS subject`,
    found: ['ledger-item'],
  },
  {
    what: 'an item that is not in the log',
    sql: `INSERT INTO archive.item (member, slot, root, leaf, height) VALUES ('alpha', 1, '\\xab', 1000000, 1) RETURNING slot AS subject`,
    found: ['ledger-item'],
  },
  {
    what: 'evidence that was announced and is not there',
    sql: `${append('archive', 'EvidenceReady', entry("'statement'", "'nothing'", "'state'", "'recorded'", "'recordedTime'", "'t'"))}
          SELECT 'nothing' AS subject`,
    found: ['evidence-state'],
  },
  {
    what: 'evidence that was never announced',
    sql: "UPDATE archive.event SET type = 'Damaged' WHERE type = 'EvidenceReady'",
    found: ['evidence-state', 'without-event'],
  },
  {
    what: 'a copy that was refused',
    sql: `INSERT INTO archive.refused_copy (cursor, code, ciphertext, key) VALUES (1, 'copy-recording', '', '') RETURNING code AS subject`,
    found: ['copy'],
  },
  {
    what: 'copies that the exchange never had',
    sql: "UPDATE archive.copy_source SET cursor = cursor + 1000 RETURNING 'cursor' AS subject",
    found: ['copy'],
  },
];
