import { concatBytes, readU64be, u64be } from './bytes.js';
import { ProtocolError } from './error.js';
import { ITEM_LENGTH, parseItem } from './item.js';

/** A leaf of the ledger log: an item, who published it, and in a block of which height. */
export interface LogEntry {
  /** HASH160 of the publisher's ledger key: 20 bytes. */
  readonly publisher: Uint8Array;
  readonly height: number;
  /** The item as it stands on the ledger: 44 bytes, see parseItem. */
  readonly item: Uint8Array;
}

/** The length of every entry, in bytes. */
export const LOG_ENTRY_LENGTH = 76;

const MAGIC = Uint8Array.of(0x42, 0x53, 0x4c, 0x01); // "BSL", version 1
const HEIGHT_AT = 24;
const ITEM_AT = 32;

/** "BSL" 0x01 || publisher || height (u64be) || item. Throws `log-entry` or `item`. */
export function encodeLogEntry({ publisher, height, item }: LogEntry): Uint8Array {
  if (publisher.length !== 20) {
    throw new ProtocolError('log-entry', 'the publisher of an entry is not 20 bytes', { field: 'publisher' });
  }
  if (!Number.isSafeInteger(height) || height < 0) {
    throw new ProtocolError('log-entry', 'the height of an entry is not a whole number below 2^53', {
      field: 'height',
    });
  }
  parseItem(item);
  return concatBytes(MAGIC, publisher, u64be(height), item);
}

/** Reads an entry and checks its item. Throws `log-entry` or `item`. */
export function parseLogEntry(bytes: Uint8Array): LogEntry {
  if (bytes.length !== LOG_ENTRY_LENGTH) throw new ProtocolError('log-entry', 'an entry is not 76 bytes');
  if (MAGIC.some((byte, i) => bytes[i] !== byte))
    throw new ProtocolError('log-entry', 'an entry has another magic');
  const item = bytes.slice(ITEM_AT, ITEM_AT + ITEM_LENGTH);
  parseItem(item);
  try {
    return { publisher: bytes.slice(4, HEIGHT_AT), height: readU64be(bytes, HEIGHT_AT), item };
  } catch (cause) {
    throw new ProtocolError('log-entry', 'the height of an entry is above 2^53 - 1', {
      field: 'height',
      cause,
    });
  }
}
