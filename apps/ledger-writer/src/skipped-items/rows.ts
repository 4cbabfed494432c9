import { parseBigint, type Tx } from '@besure/event-store';
import type { BlockAt, RightsBlock } from '@besure/ledger-log';
import type { Db } from '@besure/log-store';

/** The table of what stands in the stream of rights and not in its log; migration 007. */
export const SKIPPED_ITEM_TABLE = `
  CREATE TABLE skipped_item (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    height bigint NOT NULL,
    txid text NOT NULL,
    -- HASH160 of its key
    publisher text NOT NULL,
    reason text NOT NULL
  );
`;

/** Why something in the stream of rights is no entry of its log. */
export const SKIPPED_REASONS = ['item', 'room'] as const;

/** What stands in the stream of rights and not in its log. */
export interface SkippedItem {
  readonly height: number;
  readonly txid: string;
  /** HASH160 of its key, in hexadecimal. */
  readonly publisher: string;
  /** `item`: neither a charter nor a note; `room`: its publisher had no room for it. */
  readonly reason: (typeof SKIPPED_REASONS)[number];
}

/** Whoever may write can make any number: the last ones tell what is going on. */
const MOST = 1_000;

/** Keeps what blocks had for the log of rights that is none of its entries; how many there were. */
export async function keepSkipped(
  tx: Tx,
  derived: readonly RightsBlock[],
  blocks: readonly BlockAt[],
): Promise<number> {
  const skipped = derived.flatMap(({ height, outcomes }, at) =>
    outcomes.flatMap((outcome, place) => {
      if (!('skip' in outcome) || outcome.publisher === undefined) return [];
      const { txid } = blocks[at]!.block.transactions[place]!;
      return [{ height, txid, publisher: outcome.publisher, reason: outcome.skip }];
    }),
  );
  if (skipped.length === 0) return 0;
  await tx.query(
    `INSERT INTO skipped_item (height, txid, publisher, reason)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])`,
    [
      skipped.map(({ height }) => height),
      skipped.map(({ txid }) => txid),
      skipped.map(({ publisher }) => publisher),
      skipped.map(({ reason }) => reason),
    ],
  );
  await tx.query('DELETE FROM skipped_item WHERE id <= (SELECT max(id) FROM skipped_item) - $1', [MOST]);
  return skipped.length;
}

/** All that are kept, in the order of the ledger. */
export async function readSkipped(db: Db): Promise<SkippedItem[]> {
  const rows = await db.query<(Omit<SkippedItem, 'height'> & { readonly height: string })[]>(
    'SELECT height, txid, publisher, reason FROM skipped_item ORDER BY id',
  );
  return rows.map((row) => ({ ...row, height: parseBigint(row.height) }));
}
