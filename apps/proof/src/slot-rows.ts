import type { EventStore, Tx } from '@besure/event-store';
import { parseTransaction, streamItemOf } from '@besure/ledger-tx';
import { decodeHex } from '@besure/protocol';
import { ProofError } from './error.js';
import type { PendingSlot, SlotChain, SlotSigned, Spendable } from './slot-chain.js';

/** The stream of this member's ledger transactions. Its expected version is the lease on signing. */
const STREAM = 'slots';

interface ChainRow {
  version: number;
  last_slot: string | null;
  tip_txid: string | null;
  tip_vout: number | null;
  tip_script: string | null;
  since: string | null;
}

/** Where the chain of this member's transactions stands. */
export interface ChainAtHand {
  readonly chain: SlotChain;
  /** Of its stream. */
  readonly version: number;
  /** Since which height the ledger key publishes that it was signed with last; null where that was not noted. */
  readonly since: number | null;
}

/**
 * Reads the chain with what is pending, both locked until commit, and the version of its stream. What is pending must not become final before it is written
 * again: it would be taken for signed for ever.
 */
export async function readSlotChain(tx: Tx): Promise<ChainAtHand> {
  const [row] = await tx.query<ChainRow[]>(
    'SELECT version, last_slot, tip_txid, tip_vout, tip_script, since FROM slot_chain FOR UPDATE',
  );
  const pending = await tx.query<(Omit<PendingSlot, 'slot'> & { slot: string })[]>(
    "SELECT slot, root, txid, raw FROM slot WHERE state <> 'final' ORDER BY slot FOR UPDATE",
  );
  const tip: Spendable | null =
    row?.tip_txid == null || row.tip_vout === null || row.tip_script === null
      ? null
      : { txid: row.tip_txid, vout: row.tip_vout, script: row.tip_script };
  return {
    chain: {
      lastSlot: row?.last_slot == null ? null : Number(row.last_slot),
      pending: pending.map((one) => ({ ...one, slot: Number(one.slot) })),
      tip,
    },
    version: row?.version ?? 0,
    since: row?.since == null ? null : Number(row.since),
  };
}

/** How the chain was signed last, without a lock: to find out whether a fresh output is needed. */
export async function readTip(tx: Tx): Promise<{ script: string | null; since: number | null }> {
  const [row] = await tx.query<Pick<ChainRow, 'tip_script' | 'since'>[]>(
    'SELECT tip_script, since FROM slot_chain',
  );
  return { script: row?.tip_script ?? null, since: row?.since == null ? null : Number(row.since) };
}

/**
 * Appends that an item was signed and brings the rows to the state after it. What is signed may be sent once this has committed.
 *
 * @param endedKeys of so many signing keys nothing stands in a slot that is signed for the first time
 * @throws ProofError `slot-signed-elsewhere` where another instance was faster
 */
export async function writeSlotEvent(
  store: EventStore,
  tx: Tx,
  after: ChainAtHand,
  event: SlotSigned,
  endedKeys = 0,
): Promise<void> {
  const { chain, version, since } = after;
  const { type, change, ...data } = event;
  const [appended] = await store.append(tx, [
    { stream: STREAM, expectedVersion: version - 1, type, data: { ...data, change: { ...change } } },
  ]);
  if (appended?.ok !== true)
    throw new ProofError('slot-signed-elsewhere', `slot ${event.slot} was signed elsewhere`);
  await tx.query(
    `INSERT INTO slot (slot, state, root, txid, raw, ended_keys) VALUES ($1, 'signed', $2, $3, $4, $5)
     ON CONFLICT (slot) DO UPDATE SET state = 'signed', txid = $3, raw = $4, submitted_at = NULL`,
    [event.slot, event.root, event.txid, event.raw, endedKeys],
  );
  await tx.query(
    'UPDATE slot_chain SET version = $1, last_slot = $2, tip_txid = $3, tip_vout = $4, tip_script = $5, since = $6',
    [version, chain.lastSlot, chain.tip?.txid, chain.tip?.vout, chain.tip?.script, since],
  );
}

/**
 * The stream that this member's items stand in: that of the last one which is final, so that no hub's word is needed. Null where none is.
 */
export async function provenStreamEntity(tx: Tx): Promise<Uint8Array | null> {
  const [row] = await tx.query<{ raw: string }[]>(
    "SELECT raw FROM slot WHERE state = 'final' ORDER BY slot DESC LIMIT 1",
  );
  return row === undefined ? null : streamEntityOf(row.raw);
}

/** The stream that a slot's transaction (hex) writes to. */
export function streamEntityOf(raw: string): Uint8Array | null {
  const [output] = parseTransaction(decodeHex(raw)).outputs;
  return (output && streamItemOf(output.script)?.entity) ?? null;
}

/** A slot to send; `isOverdue` where it was sent before and has not become final. */
export interface SlotToSend extends PendingSlot {
  readonly isOverdue: boolean;
}

/** The oldest signed slots that were not sent yet, or were sent before `resendBefore` and are still not final. */
export async function slotsToSend(tx: Tx, resendBefore: number, limit: number): Promise<SlotToSend[]> {
  const rows = await tx.query<(Omit<SlotToSend, 'slot'> & { slot: string })[]>(
    `SELECT slot, root, txid, raw, state = 'submitted' AS "isOverdue" FROM slot
     WHERE state = 'signed' OR (state = 'submitted' AND submitted_at < $1)
     ORDER BY slot LIMIT $2`,
    [resendBefore, limit],
  );
  return rows.map((row) => ({ ...row, slot: Number(row.slot) }));
}

/** The time of the database, in milliseconds since 1970: another clock than that of this process, as a rule. */
export async function databaseMillis(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ millis: number }[]>(
    'SELECT (extract(epoch FROM statement_timestamp()) * 1000)::float8 AS millis',
  );
  return row!.millis;
}

/** How many slots before this one are not final. */
export async function countLateSlots(tx: Tx, before: number): Promise<number> {
  const [row] = await tx.query<{ count: string }[]>(
    "SELECT count(*) AS count FROM slot WHERE state <> 'final' AND slot < $1",
    [before],
  );
  return Number(row?.count ?? 0);
}

/** Notes that the ledger took these transactions. */
export async function markSubmitted(tx: Tx, txids: readonly string[], now: number): Promise<void> {
  await tx.query(
    "UPDATE slot SET state = 'submitted', submitted_at = $2 WHERE txid = ANY($1::text[]) AND state <> 'final'",
    [txids, now],
  );
}

/**
 * Notes that items of this member stand in the ledger log under a quorate checkpoint.
 *
 * @returns the slots whose logged root is not the one that was signed here: somebody else signs with this member's key
 */
export async function markFinal(
  tx: Tx,
  items: readonly {
    readonly slot: number;
    readonly root: string;
    readonly leaf: number;
    readonly height: number;
  }[],
): Promise<{ final: number[]; foreign: number[] }> {
  const [rows] = await tx.query<[{ slot: string }[], number]>(
    `UPDATE slot AS s SET state = 'final', leaf = i.leaf, height = i.height
     FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[]) AS i (slot, root, leaf, height)
     WHERE s.slot = i.slot AND s.root = i.root RETURNING s.slot`,
    [
      items.map((one) => one.slot),
      items.map((one) => one.root),
      items.map((one) => one.leaf),
      items.map((one) => one.height),
    ],
  );
  const final = new Set(rows.map((row) => Number(row.slot)));
  return {
    final: [...final],
    foreign: items.filter((one) => !final.has(one.slot)).map((one) => one.slot),
  };
}
