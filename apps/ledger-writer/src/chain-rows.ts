import { parseBigint, type Tx } from '@besure/event-store';
import type { LeafCandidate, Rooms, Streams, UsedRoom } from '@besure/ledger-log';
import type { Db } from '@besure/log-store';

/** How far the final part of the chain has been taken in. `height` -1 = nothing yet. */
export interface ChainState {
  readonly height: number;
  readonly hash: string;
  /** The time in that block, in seconds, by its miner's clock; 0 before the first. */
  readonly time: number;
  readonly streams: Streams;
  /** Size of the log, and the height, at the last checkpoint that was due; 0 and -1 before the first. */
  readonly dueSize: number;
  readonly dueHeight: number;
  /** The same of the log of rights. */
  readonly rightsDueSize: number;
  readonly rightsDueHeight: number;
  /** What publishers have used of their room in it. */
  readonly rightsRooms: Rooms;
  /** The height of the block in which the log of rights began; `null` before. */
  readonly rightsBegan: number | null;
  /** The block of the last checkpoint. */
  readonly lockHash: string | null;
  /** When this hub last cosigned, in POSIX seconds. */
  readonly signedAt: number;
}

/** A leaf, and by how many seconds it came too late; 0 where it was in time. */
export interface Leaf extends LeafCandidate {
  readonly lateSeconds: number;
}

interface ChainRow {
  readonly height: string;
  readonly hash: string;
  readonly block_time: string;
  readonly proofs: string | null;
  readonly rights: string | null;
  readonly due_size: string;
  readonly due_height: string;
  readonly rights_due_size: string;
  readonly rights_due_height: string;
  readonly rights_rooms: Readonly<Record<string, UsedRoom>>;
  readonly rights_began: string | null;
  readonly lock_hash: string | null;
  readonly signed_at: string;
}

/** Reads the state; with `lock`, whoever else wants to take in blocks waits until the transaction ends. */
export async function readChainState(db: Db, lock: '' | 'FOR UPDATE' = ''): Promise<ChainState> {
  // By name: a statement that is known to the server breaks where a later migration adds a column to "all".
  const [row] = await db.query<ChainRow[]>(
    `SELECT height, hash, block_time, proofs, rights, due_size, due_height, rights_due_size, rights_due_height,
            rights_rooms, rights_began, lock_hash, signed_at
       FROM chain_state ${lock}`,
  );
  if (row === undefined) throw new Error('the state of the chain is missing');
  return {
    height: parseBigint(row.height),
    hash: row.hash,
    time: parseBigint(row.block_time),
    streams: { proofs: row.proofs, rights: row.rights },
    dueSize: parseBigint(row.due_size),
    dueHeight: parseBigint(row.due_height),
    rightsDueSize: parseBigint(row.rights_due_size),
    rightsDueHeight: parseBigint(row.rights_due_height),
    rightsRooms: new Map(Object.entries(row.rights_rooms)),
    rightsBegan: row.rights_began === null ? null : parseBigint(row.rights_began),
    lockHash: row.lock_hash,
    signedAt: parseBigint(row.signed_at),
  };
}

/** Replaces the state. */
export async function writeChainState(tx: Tx, state: ChainState): Promise<void> {
  await tx.query(
    `UPDATE chain_state
        SET height = $1, hash = $2, proofs = $3, rights = $4, due_size = $5, lock_hash = $6, signed_at = $7,
            block_time = $8, due_height = $9, rights_due_size = $10, rights_due_height = $11,
            rights_began = $12, rights_rooms = $13`,
    [
      state.height,
      state.hash,
      state.streams.proofs,
      state.streams.rights,
      state.dueSize,
      state.lockHash,
      state.signedAt,
      state.time,
      state.dueHeight,
      state.rightsDueSize,
      state.rightsDueHeight,
      state.rightsBegan,
      JSON.stringify(Object.fromEntries(state.rightsRooms)),
    ],
  );
}

/** Which of the candidates' slots have a leaf already. */
export async function takenSlots(
  tx: Tx,
  candidates: readonly LeafCandidate[],
): Promise<(member: string, slot: number) => boolean> {
  if (candidates.length === 0) return () => false;
  const rows = await tx.query<{ member: string; slot: string }[]>(
    `SELECT member, slot FROM slot_leaf JOIN unnest($1::text[], $2::bigint[]) AS c(member, slot) USING (member, slot)`,
    [candidates.map((candidate) => candidate.member), candidates.map((candidate) => candidate.slot)],
  );
  const taken = new Set(rows.map((row) => `${row.slot} ${row.member}`));
  return (member, slot) => taken.has(`${slot} ${member}`);
}

/** Notes the leaves of these slots, the first of which has the index `firstLeaf`. */
export async function takeSlots(tx: Tx, leaves: readonly Leaf[], firstLeaf: number): Promise<void> {
  if (leaves.length === 0) return;
  await tx.query(
    `INSERT INTO slot_leaf (member, slot, leaf, late_seconds)
     SELECT member, slot, $4 + place - 1, late
       FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS l(member, slot, late, place)`,
    [
      leaves.map((leaf) => leaf.member),
      leaves.map((leaf) => leaf.slot),
      leaves.map((leaf) => leaf.lateSeconds),
      firstLeaf,
    ],
  );
}
