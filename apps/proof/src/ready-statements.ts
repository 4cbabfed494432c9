import { type Tx, arrays } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import { type Sha256, statementLeaf } from '@besure/protocol';
import type { FreshStatements, StatementBytes } from './fresh-statements.js';
import { isSignedBy, makeAnew, type RenewalContext } from './made-anew.js';

/** How many statements a slot takes, and how many of them are in memory as a whole at the same time. */
export interface SlotSizes {
  /** At most 2^20: no tree holds more. */
  readonly slot: number;
  readonly part: number;
}

const STATEMENTS_A_SECOND = 500;
const PART = 5000;
const LARGEST = 2 ** 20;

/**
 * As many as arrive in a slot at 400 a second and a quarter more, so that what was left behind is caught up with. A statement takes some 4 kB and,
 * while it is told, several times that; and nobody else writes meanwhile.
 */
export function slotSizes({ slots }: Pick<Charter, 'slots'>): SlotSizes {
  return {
    slot: Math.min(LARGEST, Math.max(PART, Math.ceil((slots.lengthMillis / 1000) * STATEMENTS_A_SECOND))),
    part: PART,
  };
}

interface ReadyRow {
  id: string;
  event: string | null;
  issuer: string;
  counterpart: string;
  countersignature: string | null;
  erased: boolean;
}

/** What taking needs. */
export interface TakingContext {
  readonly fresh: FreshStatements;
  readonly sha256: Sha256;
  readonly sizes: SlotSizes;
  /** Makes those anew whose key has ended; null at the exchange, which states nothing itself. */
  readonly renewal: RenewalContext | null;
}

/** A statement that stands in the slot. */
export type ReadyStatement = Omit<ReadyRow, 'erased'> & StatementBytes;

/** What a slot took, in order: the first part whole, of the others their identities, and the leaves of all. */
export interface Taken {
  readonly first: readonly ReadyStatement[];
  readonly others: readonly (readonly string[])[];
  readonly leaves: readonly Uint8Array[];
}

const COLUMNS = `s.id, s.event, s.issuer, s.counterpart, s.countersignature,
  s.openings IS NULL OR s.openings_key IS NULL AS erased`;

/**
 * Puts into a slot what is ready, the oldest first, as many as it takes. Closing may come late: what was signed in a later slot than this one
 * waits for that one. What a key has signed that the board has ended since is in no slot: recorded there it would prove nothing.
 */
export async function takeReady(
  tx: Tx,
  { fresh, sha256, sizes, renewal }: TakingContext,
  slot: number,
  iat: number,
): Promise<Taken> {
  const leaves: Uint8Array[] = [];
  const others: string[][] = [];
  let first: ReadyStatement[] = [];
  const out: string[] = [];
  for (;;) {
    const most = Math.min(sizes.part, sizes.slot - leaves.length);
    const picked = await takePart(tx, fresh, { slot, iat, most });
    const part = renewal === null ? picked : await withoutEnded(renewal, tx, picked, out);
    if (leaves.length === 0) first = part;
    else if (part.length > 0) others.push(part.map(({ id }) => id));
    for (const { jws, countersignature } of part) leaves.push(statementLeaf(jws, countersignature, sha256));
    if (picked.length < most || leaves.length >= sizes.slot) break;
  }
  // Only now: they would be picked again.
  if (out.length > 0) await putBack(tx, out);
  return { first, others, leaves };
}

/** Leaves out those whose key has ended, and makes them anew. */
async function withoutEnded(
  renewal: RenewalContext,
  tx: Tx,
  picked: readonly ReadyStatement[],
  out: string[],
): Promise<ReadyStatement[]> {
  const keys = renewal.ended();
  const ended = picked.filter(({ jws }) => isSignedBy(keys, jws));
  if (ended.length === 0) return [...picked];
  const { made, waiting } = await makeAnew(renewal, tx, ended);
  out.push(...made, ...waiting);
  const left = new Set([...made, ...waiting]);
  return picked.filter(({ id }) => !left.has(id));
}

async function putBack(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.query('UPDATE statement SET slot = NULL WHERE id = ANY($1::text[])', [arrays.text(ids)]);
}

/** What was taken before, in the same order. */
export async function readTaken(
  tx: Tx,
  fresh: FreshStatements,
  ids: readonly string[],
): Promise<ReadyStatement[]> {
  const rows = await tx.query<ReadyRow[]>(
    `SELECT ${COLUMNS} FROM unnest($1::text[]) WITH ORDINALITY AS taken (id, place) JOIN statement s USING (id)
     ORDER BY taken.place`,
    [arrays.text(ids)],
  );
  return withBytes(tx, fresh, rows);
}

/** Where what is ready stands, the oldest first. The order is that of an index: a part of much costs as little as a part of little. */
export const OLDEST_READY = `SELECT ctid FROM statement
       WHERE slot IS NULL AND state IN ('countersigned', 'one-sided') AND iat <= $2
       ORDER BY prepared_at, id LIMIT $3`;

async function takePart(
  tx: Tx,
  fresh: FreshStatements,
  { slot, iat, most }: { slot: number; iat: number; most: number },
): Promise<ReadyStatement[]> {
  // Whose decision is being written at this moment waits for the next slot: whoever waits for no lock is in no circle of those who wait.
  const [rows] = await tx.query<[ReadyRow[], number]>(
    `UPDATE statement AS s SET slot = $1 WHERE s.ctid = ANY(ARRAY(${OLDEST_READY} FOR UPDATE SKIP LOCKED))
     RETURNING ${COLUMNS}`,
    [slot, iat, most],
  );
  return withBytes(tx, fresh, rows);
}

async function withBytes(
  tx: Tx,
  fresh: FreshStatements,
  rows: readonly ReadyRow[],
): Promise<ReadyStatement[]> {
  const bytes = await fresh.take(
    tx,
    rows.map((row) => row.id),
  );
  return rows.map(({ erased, ...row }) => {
    const { jws, openings } = bytes.get(row.id)!;
    return { ...row, jws, openings: erased ? null : openings };
  });
}
