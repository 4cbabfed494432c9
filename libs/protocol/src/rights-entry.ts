import { concatBytes, readU32be, readU64be, u32be, u64be } from './bytes.js';
import { ProtocolError } from './error.js';

/** A leaf of the log of rights: what a hub carried to the ledger, in a block of which height and time. */
export interface RightsEntry {
  /** HASH160 of the key that published it: 20 bytes. Who carried it says nothing about who said it. */
  readonly publisher: Uint8Array;
  readonly height: number;
  /** Of the block, by its miner's clock, in seconds since 1970. */
  readonly time: number;
  /** The item as it stands on the ledger, see {@link readRightsItem}. */
  readonly item: Uint8Array;
}

/** What an item of the stream of rights holds. */
export interface RightsItem {
  readonly kind: 'charter' | 'note';
  /** UTF-8: the first charter, or a signed note. */
  readonly content: Uint8Array;
}

/** The most bytes of an item: an entry of it fits into a bundle of C2SP tlog-tiles, which counts with 16 bits. */
export const MAX_RIGHTS_ITEM_LENGTH = 65_000;

/** The bytes of an entry before its item. */
export const RIGHTS_ENTRY_HEAD_LENGTH = 36;

const ENTRY_MAGIC = Uint8Array.of(0x42, 0x53, 0x52, 0x01); // "BSR", version 1
const ITEM_MAGIC = {
  charter: Uint8Array.of(0x42, 0x53, 0x43, 0x01), // "BSC", version 1
  note: Uint8Array.of(0x42, 0x53, 0x4e, 0x01), // "BSN", version 1
} as const;
const MAGIC_LENGTH = 4;
const HEIGHT_AT = 24;
const TIME_AT = 32;

/** The item of a charter or of a note. Throws `rights-entry` when it is empty or too long. */
export function encodeRightsItem({ kind, content }: RightsItem): Uint8Array {
  const item = concatBytes(ITEM_MAGIC[kind], content);
  readRightsItem(item);
  return item;
}

/** What an item holds. Throws `rights-entry` when it is none. */
export function readRightsItem(item: Uint8Array): RightsItem {
  if (item.length > MAX_RIGHTS_ITEM_LENGTH)
    throw fault(`an item is longer than ${MAX_RIGHTS_ITEM_LENGTH.toString()} bytes`, 'item');
  if (item.length <= MAGIC_LENGTH) throw fault('an item is empty', 'item');
  for (const kind of ['charter', 'note'] as const) {
    if (ITEM_MAGIC[kind].every((byte, i) => item[i] === byte))
      return { kind, content: item.slice(MAGIC_LENGTH) };
  }
  throw fault('an item has another magic', 'item');
}

/** "BSR" 0x01 || publisher || height (u64be) || time (u32be) || item. Throws `rights-entry`. */
export function encodeRightsEntry({ publisher, height, time, item }: RightsEntry): Uint8Array {
  if (publisher.length !== 20) throw fault('the publisher of an entry is not 20 bytes', 'publisher');
  if (!Number.isSafeInteger(height) || height < 0)
    throw fault('the height of an entry is not a whole number below 2^53', 'height');
  if (!Number.isSafeInteger(time) || time < 0 || time > 0xffffffff)
    throw fault('the time of an entry is not a whole number below 2^32', 'time');
  readRightsItem(item);
  return concatBytes(ENTRY_MAGIC, publisher, u64be(height), u32be(time), item);
}

/** Reads an entry and checks the magic of its item. Throws `rights-entry`. */
export function parseRightsEntry(bytes: Uint8Array): RightsEntry {
  if (bytes.length < RIGHTS_ENTRY_HEAD_LENGTH) throw fault('an entry is cut off');
  if (ENTRY_MAGIC.some((byte, i) => bytes[i] !== byte)) throw fault('an entry has another magic');
  const item = bytes.slice(RIGHTS_ENTRY_HEAD_LENGTH);
  readRightsItem(item);
  try {
    const height = readU64be(bytes, HEIGHT_AT);
    return { publisher: bytes.slice(4, HEIGHT_AT), height, time: readU32be(bytes, TIME_AT), item };
  } catch (cause) {
    throw fault('the height of an entry is above 2^53 - 1', 'height', cause);
  }
}

function fault(why: string, field?: string, cause?: unknown): ProtocolError {
  return new ProtocolError('rights-entry', why, { ...(field === undefined ? {} : { field }), cause });
}
