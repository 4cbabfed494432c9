import { type Comparison, differingRows, entriesOf, type SqlCheck, surplusRows } from './sql-check.js';

/** What proof recorded, as far as the archive has it. */
const RECORDED = `recorded AS (
  SELECT r.statement, r.issuer, r.index, r.data ->> 'slot' AS slot, r.data ->> 'root' AS root
    FROM (${entriesOf('proof', ['StatementsRecorded'], ['statement', 'issuer', 'index'], 'archive')}) AS r)`;

/** What the zone's own proof recorded, and the archive keeps. */
const RECORDINGS: Comparison = {
  with: [RECORDED],
  rebuilt: 'SELECT statement, slot, root, index FROM recorded',
  live: `SELECT r.statement, p.slot::text AS slot, encode(p.root, 'hex') AS root, r.index::text AS index
    FROM archive.recording r LEFT JOIN archive.part p ON p.id = r.part AND p.member = r.member WHERE r.member = $1::text`,
  key: 'statement',
  columns: ['slot', 'root', 'index'],
};

/** What the archive announced of the organisation's own statements, and what follows from the parts that are settled. */
const EVIDENCE: Comparison = {
  with: [
    `settled AS (
      SELECT r.statement, count(*) AS count
        FROM archive.recording r JOIN archive.part p ON p.id = r.part JOIN archive.statement s ON s.id = r.statement
       WHERE p.leaf IS NOT NULL AND s.issuer = $1::text GROUP BY r.statement)`,
  ],
  rebuilt: `SELECT statement, count(*) FILTER (WHERE state = 'complete')::integer AS complete, count(*) FILTER (WHERE state = 'recorded') <= 1 AS once
    FROM (${entriesOf('archive', ['EvidenceReady'], ['statement', 'state'])}) AS e GROUP BY statement`,
  live: `SELECT statement, CASE WHEN count > 1 THEN 1 ELSE 0 END AS complete, true AS once FROM settled`,
  key: 'statement',
  columns: ['complete', 'once'],
};

/** What an archive keeps. */
export const ARCHIVE_CHECKS: readonly SqlCheck[] = [
  { rule: 'recording', sql: differingRows(RECORDINGS) },
  {
    rule: 'without-event',
    sql: surplusRows(RECORDINGS, 'a recording in the archive that no event tells of'),
  },
  {
    rule: 'recording',
    sql: `WITH ${RECORDED}
      SELECT r.statement AS subject, 'missing in archive.statement' AS detail
        FROM recorded r LEFT JOIN archive.statement s ON s.id = r.statement AND s.issuer = r.issuer WHERE s.id IS NULL`,
  },
  {
    rule: 'recording',
    sql: `SELECT 'part ' || p.id AS subject, 'holds nothing' AS detail
        FROM archive.part p LEFT JOIN archive.recording r ON r.part = p.id WHERE r.part IS NULL`,
  },
  {
    rule: 'ledger-item',
    sql: `SELECT p.member || ', slot ' || p.slot AS subject,
             CASE WHEN p.contradicted THEN 'the ledger has another root than was recorded'
                  ELSE 'settled at a leaf that is not the one of its item' END AS detail
        FROM archive.part p
        LEFT JOIN archive.item i ON i.member = p.member AND i.slot = p.slot AND i.root = p.root AND i.leaf = p.leaf
       WHERE p.contradicted OR (p.leaf IS NOT NULL AND i.leaf IS NULL)`,
  },
  { rule: 'evidence-state', sql: differingRows(EVIDENCE) },
  {
    rule: 'evidence-state',
    sql: surplusRows(EVIDENCE, 'it is there, but was not announced'),
  },
  {
    rule: 'countersignature',
    sql: `SELECT p.id AS subject, 'proof and archive hold different bytes' AS detail
        FROM proof.statement p JOIN archive.statement a USING (id)
       WHERE p.jws <> a.jws OR p.countersignature <> a.countersignature`,
  },
];

/** What an organisation's archive keeps beside that: it shows its own statements, and those about it. */
export const ORGANISATION_ARCHIVE_CHECKS: readonly SqlCheck[] = [
  {
    rule: 'without-event',
    sql: `SELECT a.id AS subject, 'a statement in the archive that proof does not know' AS detail
        FROM archive.statement a LEFT JOIN proof.statement p ON p.id = a.id
       WHERE a.issuer = $1::text AND p.id IS NULL`,
  },
  {
    rule: 'openings',
    sql: `WITH ${RECORDED}
      SELECT kept.id AS subject, 'its openings are not kept' AS detail
        FROM (SELECT statement AS id FROM recorded UNION SELECT id FROM archive.statement WHERE issuer <> $1::text) AS kept
        LEFT JOIN archive.opening o ON o.statement = kept.id
       WHERE o.statement IS NULL AND kept.id NOT IN
         (SELECT statement FROM intake.event_state WHERE erased_at IS NOT NULL AND statement IS NOT NULL)`,
  },
  {
    rule: 'copy',
    sql: `SELECT 'copy ' || cursor AS subject, 'was refused: ' || code AS detail FROM archive.refused_copy`,
  },
];

/** What the exchange's archive keeps beside that: nothing but what its proof recorded. */
export const EXCHANGE_ARCHIVE_CHECKS: readonly SqlCheck[] = [
  {
    rule: 'without-event',
    sql: `WITH ${RECORDED}
      SELECT a.id AS subject, 'a statement in the archive that proof did not record' AS detail
        FROM archive.statement a LEFT JOIN recorded r ON r.statement = a.id WHERE r.statement IS NULL`,
  },
  {
    rule: 'copy',
    sql: `SELECT c.organisation AS subject, count || ' copies, the last is number ' || last || ', acknowledged ' || acknowledged AS detail
        FROM archive.copy_reader c
        LEFT JOIN (SELECT organisation, count(*) AS count, max(cursor) AS highest FROM archive.copy GROUP BY organisation) AS q
          USING (organisation)
       WHERE coalesce(count, 0) <> last OR coalesce(highest, 0) <> last OR acknowledged > last`,
  },
];
