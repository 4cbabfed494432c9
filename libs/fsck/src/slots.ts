import { type Comparison, differingRows, NAME_OF_TYPE, type SqlCheck, surplusRows } from './sql-check.js';

/** The slots that were signed, in the order of signing: once, and again with the same root where the input had become void. */
const SIGNED = `signed AS (
  SELECT position, version, type, data ->> 'slot' AS slot, data ->> 'root' AS root, data ->> 'txid' AS txid, data ->> 'raw' AS raw,
         data -> 'change' AS change
    FROM proof.event WHERE stream = 'slots')`;

const SLOTS: Comparison = {
  with: [
    SIGNED,
    `final AS (SELECT data ->> 'slot' AS slot, data ->> 'leaf' AS leaf FROM proof.event WHERE type = 'SlotFinal')`,
  ],
  rebuilt: `SELECT DISTINCT ON (s.slot) s.slot, s.root, s.txid, s.raw, f.slot IS NOT NULL AS final, f.leaf
    FROM signed s LEFT JOIN final f USING (slot) ORDER BY s.slot, s.position DESC`,
  live: `SELECT slot::text AS slot, root, txid, raw, state = 'final' AS final, leaf::text AS leaf FROM proof.slot`,
  key: 'slot',
  columns: ['root', 'txid', 'raw', 'final', 'leaf'],
};

const CHAIN: Comparison = {
  with: [SIGNED],
  rebuilt: `SELECT 'slot_chain' AS name, count(*)::text AS version, max(slot::bigint) FILTER (WHERE type = 'SlotSigned')::text AS last_slot,
      (array_agg(change ->> 'txid' ORDER BY version DESC))[1] AS tip_txid,
      (array_agg(change ->> 'vout' ORDER BY version DESC))[1] AS tip_vout,
      (array_agg(change ->> 'script' ORDER BY version DESC))[1] AS tip_script
    FROM signed`,
  live: `SELECT 'slot_chain' AS name, version::text AS version, last_slot::text AS last_slot, tip_txid, tip_vout::text AS tip_vout, tip_script
    FROM proof.slot_chain`,
  key: 'name',
  columns: ['version', 'last_slot', 'tip_txid', 'tip_vout', 'tip_script'],
};

/** What a member's proof has signed for its slots. */
export const SLOT_CHECKS: readonly SqlCheck[] = [
  { rule: 'slot-state', sql: differingRows(SLOTS) },
  { rule: 'slot-state', sql: surplusRows(SLOTS, 'a slot that no event tells of') },
  { rule: 'slot-state', sql: differingRows(CHAIN) },
  {
    rule: 'ledger-item',
    sql: `WITH ${SIGNED}
      SELECT 'slot ' || slot AS subject,
             count(*) FILTER (WHERE type = 'SlotSigned') || ' items and ' || count(DISTINCT root) || ' roots were signed' AS detail
        FROM signed GROUP BY slot HAVING count(*) FILTER (WHERE type = 'SlotSigned') <> 1 OR count(DISTINCT root) <> 1`,
  },
  {
    rule: 'recording',
    sql: `SELECT 'slot ' || (e.data ->> 'slot') AS subject, 'recorded under another root than was signed' AS detail
        FROM proof.event e LEFT JOIN proof.slot s ON s.slot::text = e.data ->> 'slot' AND s.root = e.data ->> 'root'
       WHERE ${NAME_OF_TYPE} = 'StatementsRecorded' AND s.slot IS NULL`,
  },
  {
    rule: 'slot-state',
    sql: `SELECT 'slot ' || slot AS subject, 'final ' || count(*) || ' times' AS detail
        FROM (SELECT data ->> 'slot' AS slot FROM proof.event WHERE type = 'SlotFinal') AS f GROUP BY slot HAVING count(*) > 1`,
  },
];
