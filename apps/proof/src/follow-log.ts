import type { EventStore, Tx } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import { memberOfEntry } from '@besure/log-store';
import { encodeHex, parseItem, parseLogEntry } from '@besure/protocol';
import { markFinal } from './slot-rows.js';

/** What following the ledger log needs. */
export interface FollowingContext {
  readonly organisation: string;
  readonly charter: Charter;
  readonly store: EventStore;
  /** Somebody else put an item into the ledger with this member's key. */
  readonly onForeignItem: (slot: number) => void;
}

/** Takes this member's items out of new entries of the log and notes their slots as final, in the follower's transaction. */
export async function noteFinalSlots(
  { organisation, charter, store, onForeignItem }: FollowingContext,
  tx: Tx,
  firstIndex: number,
  entries: readonly Uint8Array[],
): Promise<void> {
  const items = entries.flatMap((bytes, at) => {
    const entry = parseLogEntry(bytes);
    if (memberOfEntry(charter, { ...entry, index: firstIndex + at }).id !== organisation) return [];
    const { slot, root } = parseItem(entry.item);
    return [{ slot, root: encodeHex(root), leaf: firstIndex + at, height: entry.height }];
  });
  if (items.length === 0) return;
  const { final, foreign } = await markFinal(tx, items);
  foreign.forEach(onForeignItem);
  const leaves = new Map(items.map((item) => [item.slot, item.leaf]));
  await store.append(
    tx,
    final.map((slot) => ({
      stream: `final-${slot}`,
      expectedVersion: 0,
      type: 'SlotFinal',
      data: { slot, leaf: leaves.get(slot)! },
    })),
  );
}
