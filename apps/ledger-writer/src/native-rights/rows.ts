import { parseBigint, type Tx } from '@besure/event-store';
import type { Db } from '@besure/log-store';
import type { ChangeInBlock } from './changes.js';

/** The table of changes of the chain's own rights that nobody had decided on; migration 006. */
export const NATIVE_RIGHTS_TABLE = `
  ALTER TABLE chain_state
    -- the height of the block in which the log of rights began
    ADD COLUMN rights_began bigint;
  CREATE TABLE undecided_right (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    height bigint NOT NULL,
    txid text NOT NULL,
    address text NOT NULL,
    -- null: on the whole chain
    stream text,
    type text NOT NULL,
    given boolean NOT NULL,
    -- before the log of rights began: whoever takes it back in time has corrected it
    set_up boolean NOT NULL
  );
`;

/** A change of the chain's own rights without a decision, as it is shown. */
export interface UndecidedRight {
  readonly height: number;
  readonly txid: string;
  readonly address: string;
  readonly stream: string | null;
  readonly type: string;
  readonly change: 'given' | 'taken';
}

/** Only administrators of the chain can make any; the first ones name them. */
const MOST = 1_000;

/** Keeps a change, unless there are too many already. */
export async function keepUndecided(
  tx: Tx,
  { height, txid, address, stream, type, isGiven }: ChangeInBlock,
  isInSetUp: boolean,
): Promise<void> {
  await tx.query(
    `INSERT INTO undecided_right (height, txid, address, stream, type, given, set_up)
     SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT count(*) FROM undecided_right) < $8`,
    [height, txid, address, stream, type, isGiven, isInSetUp, MOST],
  );
}

/** Forgets that a right was given during set-up. */
export async function forgetUndone(
  tx: Tx,
  { address, stream, type }: Pick<ChangeInBlock, 'address' | 'stream' | 'type'>,
): Promise<void> {
  await tx.query(
    'DELETE FROM undecided_right WHERE set_up AND address = $1 AND stream IS NOT DISTINCT FROM $2 AND type = $3',
    [address, stream, type],
  );
}

/** All that are kept, in the order of the ledger. */
export async function readUndecided(db: Db): Promise<UndecidedRight[]> {
  const rows = await db.query<
    (Omit<UndecidedRight, 'height' | 'change'> & { readonly height: string; readonly given: boolean })[]
  >('SELECT height, txid, address, stream, type, given FROM undecided_right ORDER BY id');
  return rows.map(({ height, given, ...row }) => ({
    ...row,
    height: parseBigint(height),
    change: given ? 'given' : 'taken',
  }));
}
