import type { Tx } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import { memberOfEntry } from '@besure/log-store';
import { parseItem, parseLogEntry } from '@besure/protocol';
import { shareSettling } from './settle.js';

/** An item of a member whose statements are kept here. */
export interface FollowedItem {
  readonly member: string;
  readonly slot: number;
  readonly root: Uint8Array;
  readonly leaf: number;
  readonly height: number;
}

/**
 * The items of some members among entries of the ledger log. Other members' items are in the log too, but nothing here is ever compared with
 * them.
 */
export function itemsOf(
  entries: readonly Uint8Array[],
  firstIndex: number,
  members: ReadonlySet<string>,
  charter: Charter,
): FollowedItem[] {
  return entries.flatMap((bytes, at) => {
    const entry = parseLogEntry(bytes);
    const member = memberOfEntry(charter, { ...entry, index: firstIndex + at });
    if (!members.has(member.id)) return [];
    const { slot, root } = parseItem(entry.item);
    return [{ member: member.id, slot, root, leaf: firstIndex + at, height: entry.height }];
  });
}

/** Keeps items, in the transaction that adds their entries to the followed log. */
export async function keepItems(tx: Tx, items: readonly FollowedItem[]): Promise<void> {
  if (items.length === 0) return;
  await shareSettling(tx);
  await tx.query(
    `INSERT INTO item (member, slot, root, leaf, height)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[])
     ON CONFLICT DO NOTHING`,
    [
      items.map((item) => item.member),
      items.map((item) => item.slot),
      items.map((item) => Buffer.from(item.root)),
      items.map((item) => item.leaf),
      items.map((item) => item.height),
    ],
  );
}
