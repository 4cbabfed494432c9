import { concatBytes, readU64be, u64be } from './bytes.js';
import { ProtocolError } from './error.js';

/** What a member writes to the ledger in every slot, whether or not anything happened. */
export interface SlotItem {
  readonly slot: number;
  /** The root of the slot's tree, 32 bytes; random when there are no statements. */
  readonly root: Uint8Array;
}

/** The length of every item, in bytes. */
export const ITEM_LENGTH = 44;

/** "BSI" and the version 1: the first four bytes of every item. */
export const ITEM_MAGIC: Readonly<Uint8Array> = Uint8Array.of(0x42, 0x53, 0x49, 0x01);

/** Magic || slot (u64be) || root. Throws `item`. */
export function encodeItem({ slot, root }: SlotItem): Uint8Array {
  if (root.length !== 32)
    throw new ProtocolError('item', 'the root of an item is not 32 bytes', { field: 'root' });
  if (!Number.isSafeInteger(slot) || slot < 0) {
    throw new ProtocolError('item', 'the slot of an item is not a whole number below 2^53', {
      field: 'slot',
    });
  }
  return concatBytes(ITEM_MAGIC, u64be(slot), root);
}

/** Reads an item. Throws `item` unless it has exactly the length, the magic and a slot below 2^53. */
export function parseItem(bytes: Uint8Array): SlotItem {
  if (bytes.length !== ITEM_LENGTH) throw new ProtocolError('item', 'an item is not 44 bytes');
  if (ITEM_MAGIC.some((byte, i) => bytes[i] !== byte))
    throw new ProtocolError('item', 'an item has another magic');
  try {
    return { slot: readU64be(bytes, 4), root: bytes.slice(12) };
  } catch (cause) {
    throw new ProtocolError('item', 'the slot of an item is above 2^53 - 1', { field: 'slot', cause });
  }
}
