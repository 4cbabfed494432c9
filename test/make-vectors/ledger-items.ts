import { encodeHex, encodeItem, encodeLogEntry, ITEM_LENGTH } from '@besure/protocol';
import { testBytes } from '../../libs/protocol/test/material.ts';
import type { ExpectedError, Vector } from './vector.ts';

const ROOT = testBytes('a root', 32);
const PUBLISHER = testBytes('a ledger key', 20);
const SLOT = 5_984_470;
const HEIGHT = 1_234_567;
const item = encodeItem({ slot: SLOT, root: ROOT });
const entry = encodeLogEntry({ publisher: PUBLISHER, height: HEIGHT, item });

function vector(
  format: string,
  kind: Vector['kind'],
  name: string,
  comment: string,
  content: object,
): Vector {
  return { format, kind, name, content: { comment, ...content } };
}

/** Ledger items. */
export function items(): Vector[] {
  const valid = (name: string, comment: string, slot: number) =>
    vector('item', 'valid', name, comment, {
      hex: encodeHex(encodeItem({ slot, root: ROOT })),
      slot,
      root: encodeHex(ROOT),
    });
  const invalid = (name: string, comment: string, bytes: Uint8Array, field?: string) =>
    vector('item', 'invalid', name, comment, { hex: encodeHex(bytes), error: errorOf('item', field) });
  return [
    valid('slot', 'An item.', SLOT),
    valid('slot-zero', 'Of the first slot there can be.', 0),
    valid('slot-largest', 'Of the last slot there can be: 2^53 - 1.', Number.MAX_SAFE_INTEGER),
    invalid('empty', 'No bytes.', new Uint8Array(0)),
    invalid('short', 'A byte too few.', item.slice(0, -1)),
    invalid('long', 'A byte too many.', Uint8Array.of(...item, 0)),
    invalid('magic', 'Another magic.', replaced(item, 0, 0x62)),
    invalid('version', 'Version 0, which was never frozen.', replaced(item, 3, 0)),
    invalid(
      'slot-too-large',
      'A slot above 2^53 - 1, which not every reader can count.',
      replaced(item, 5, 0x20),
      'slot',
    ),
  ];
}

/** Entries of the ledger log. */
export function logEntries(): Vector[] {
  const valid = (name: string, comment: string, height: number) =>
    vector('log-entry', 'valid', name, comment, {
      hex: encodeHex(encodeLogEntry({ publisher: PUBLISHER, height, item })),
      publisher: encodeHex(PUBLISHER),
      height,
      item: encodeHex(item),
    });
  const invalid = (name: string, comment: string, bytes: Uint8Array, error = errorOf('log-entry')) =>
    vector('log-entry', 'invalid', name, comment, { hex: encodeHex(bytes), error });
  return [
    valid('entry', 'An entry.', HEIGHT),
    valid('first-block', 'Of the first block.', 0),
    invalid('short', 'A byte too few.', entry.slice(1)),
    invalid('long', 'A byte too many.', Uint8Array.of(...entry, 0)),
    invalid('item-alone', 'An item without publisher and height.', item),
    invalid('magic', 'The magic of an item.', replaced(entry, 2, 0x49)),
    invalid('version', 'Version 0, which was never frozen.', replaced(entry, 3, 0)),
    invalid(
      'height-too-large',
      'A height above 2^53 - 1.',
      replaced(entry, 24, 0x80),
      errorOf('log-entry', 'height'),
    ),
    invalid(
      'item-magic',
      'An item with another magic.',
      replaced(entry, entry.length - ITEM_LENGTH, 0),
      errorOf('item'),
    ),
  ];
}

function errorOf(code: string, field?: string): ExpectedError {
  return field === undefined ? { code } : { code, field };
}

function replaced(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  return bytes.with(at, byte);
}
