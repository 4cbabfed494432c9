import { PUBLISHER_ROOM } from '@besure/ledger-log';
import {
  buildItemTransaction,
  p2pkhScript,
  parseTransaction,
  serialiseTransaction,
  streamEntity,
  streamItemScript,
  txidOf,
} from '@besure/ledger-tx';
import { encodeHex, encodeRightsItem, utf8Encode } from '@besure/protocol';
import { sha256 } from '@noble/hashes/sha2.js';
import { testBytes } from '../../libs/protocol/test/material.ts';
import { readRightsLeaves } from './check-rights-leaves.ts';
import { ALPHA, creation, free, HEIGHT, NO_BYTES, rawBlocks, STRANGER } from './ledger-log-blocks.ts';
import type { Vector } from './vector.ts';

// Transactions of which some become leaves of the log of rights. What an item says is for the replay: here any text is a note.

const CREATION = creation('rights');
const STREAM = txidOf(CREATION, sha256);
const ENTITY = streamEntity(STREAM);
const PROOFS = streamEntity(txidOf(creation('proofs'), sha256));
const MAX_CONTENT = 65_000 - 4;

function noteOf(text: string): Uint8Array {
  return encodeRightsItem({ kind: 'note', content: utf8Encode(text) });
}

const NOTE = noteOf('a note');
const OTHER_NOTE = noteOf('b note');
const CHARTER = encodeRightsItem({ kind: 'charter', content: utf8Encode('a charter') });

function item(data: Uint8Array, by = ALPHA, entity = ENTITY): Uint8Array {
  const input = {
    txid: encodeHex(testBytes(`funds of ${data.length}`, 32)),
    vout: 1,
    script: p2pkhScript(by.keyHash),
  };
  return buildItemTransaction(
    { input, streamEntity: entity, item: data, keyHash: by.keyHash },
    by.signer,
    sha256,
  ).raw;
}

/** The transaction of a note with another first output. */
function withFirst(script: Uint8Array): Uint8Array {
  const good = parseTransaction(item(NOTE));
  return serialiseTransaction({
    ...good,
    outputs: good.outputs.map((one, at) => (at === 0 ? { ...one, script } : one)),
  });
}

/** An item that no writer of ours would make: any bytes, published as they are. */
function withData(data: Uint8Array): Uint8Array {
  return withFirst(streamItemScript(ENTITY, [NO_BYTES], data));
}

type Used = Readonly<Record<string, { readonly bytes: number; readonly height: number }>>;

interface More {
  readonly stream?: string | null;
  readonly size?: number;
  readonly every?: number;
  readonly nodes?: readonly string[];
  readonly rooms?: Used;
}

const NODE = encodeHex(ALPHA.keyHash);
const NOTE_BYTES = 36 + NOTE.length;
/** The most that can be used already where a note still has room. */
const LAST_PLACE = PUBLISHER_ROOM.bytes - NOTE_BYTES;

function content(comment: string, blocks: readonly (readonly Uint8Array[])[], more: More): Vector['content'] {
  const { stream = STREAM, size = 20, every = 1, nodes, rooms } = more;
  const input = {
    comment,
    rule: { stream: 'rights', checkpointEvery: every, ...(nodes && { nodes }) },
    before: { stream, size, dueSize: size, ...(rooms && { rooms }) },
    blocks: rawBlocks(blocks.map((transactions, at) => ({ height: HEIGHT + at, transactions }))).map(
      ({ height, raw }) => ({ height, hex: encodeHex(raw) }),
    ),
  };
  return { ...input, ...readRightsLeaves(input) };
}

function taken(
  name: string,
  comment: string,
  blocks: readonly (readonly Uint8Array[])[],
  more: More = {},
): Vector {
  return { format: 'rights-leaves', kind: 'valid', name, content: content(comment, blocks, more) };
}

function skipped(
  name: string,
  comment: string,
  transactions: readonly Uint8Array[],
  more: More = {},
): Vector {
  return { format: 'rights-leaves', kind: 'invalid', name, content: content(comment, [transactions], more) };
}

/** What blocks add to the log of rights, and what they do not. */
export function rightsLeaves(): Vector[] {
  const good = parseTransaction(item(NOTE));
  const coinbase = serialiseTransaction({
    ...good,
    inputs: good.inputs.map((input) => ({ ...input, txid: '0'.repeat(64), vout: 0xffff_ffff })),
  });
  return [
    taken('note', 'A note of a member.', [[item(NOTE)]]),
    taken('charter', 'A charter. Whether it founds, the replay says.', [[item(CHARTER)]]),
    taken('publisher-unknown', 'Published by a key of nobody: who publishes counts for nothing.', [
      [item(NOTE, STRANGER)],
    ]),
    taken('no-note', 'A note that is no note: the replay refuses it, and the log has it.', [
      [item(noteOf('!'))],
    ]),
    taken('not-utf-8', 'A note that is not UTF-8: the same.', [[item(Uint8Array.of(...NOTE, 0xff))]]),
    taken('same-again', 'The same note twice, in one block and in the next: three entries.', [
      [item(NOTE), item(NOTE, STRANGER)],
      [item(NOTE)],
    ]),
    taken('shortest', 'An item of 5 bytes.', [[item(noteOf('n'))]]),
    taken('longest', 'An item of 65 000 bytes.', [[item(noteOf('n'.repeat(MAX_CONTENT)))]]),
    taken(
      'stream-created-before',
      'The stream is created in the same block, before the item.',
      [[CREATION, item(NOTE)]],
      { stream: null, size: 0 },
    ),
    taken(
      'checkpoint-due',
      'Two blocks, of which the second has a height that checkpointEvery divides.',
      [[item(NOTE)], [item(CHARTER), free('something else', [p2pkhScript(testBytes('somebody', 20))])]],
      { every: HEIGHT + 1, size: 0 },
    ),
    taken('room-last', 'A note for which there is just room.', [[item(NOTE)]], {
      nodes: [NODE],
      rooms: { [NODE]: { bytes: LAST_PLACE, height: HEIGHT } },
    }),
    taken('room-freed', 'One byte too many, had no block passed since.', [[item(NOTE)]], {
      nodes: [NODE],
      rooms: { [NODE]: { bytes: LAST_PLACE + 1, height: HEIGHT - 1 } },
    }),
    taken('room-long-ago', 'All was used long ago.', [[item(NOTE)]], {
      nodes: [NODE],
      rooms: { [NODE]: { bytes: PUBLISHER_ROOM.bytes, height: 0 } },
    }),
    taken('room-own', 'All others have used theirs: the node of a hub has room of its own.', [[item(NOTE)]], {
      nodes: [NODE],
      rooms: { others: { bytes: PUBLISHER_ROOM.bytes, height: HEIGHT } },
    }),
    taken(
      'room-of-a-node-that-was',
      'The node of a hub that was removed has the room of all others.',
      [[item(NOTE)]],
      { rooms: { [NODE]: { bytes: PUBLISHER_ROOM.bytes, height: HEIGHT } } },
    ),
    taken(
      'room-in-the-next-block',
      'There is room for one of two notes, of the same length, and in the next block for neither.',
      [[item(NOTE), item(OTHER_NOTE)], [item(NOTE)]],
      { nodes: [NODE], rooms: { [NODE]: { bytes: LAST_PLACE, height: HEIGHT } } },
    ),
    taken(
      'room-is-not-used-by-what-is-no-item',
      'What is skipped uses no room.',
      [[withData(Uint8Array.of(...noteOf('n'.repeat(MAX_CONTENT)), 0x6e)), item(NOTE)]],
      { nodes: [NODE], rooms: { [NODE]: { bytes: LAST_PLACE, height: HEIGHT } } },
    ),
    skipped('room', 'The node of a hub has no room for it by one byte.', [item(NOTE)], {
      nodes: [NODE],
      rooms: { [NODE]: { bytes: LAST_PLACE + 1, height: HEIGHT } },
    }),
    skipped('room-shared', 'All that are no nodes of hubs share one room.', [item(NOTE, STRANGER)], {
      nodes: [NODE],
      rooms: { others: { bytes: LAST_PLACE + 1, height: HEIGHT } },
    }),
    skipped(
      'room-used-before',
      'The note before it has used the last room.',
      [item(OTHER_NOTE), item(NOTE)],
      {
        nodes: [NODE],
        rooms: { [NODE]: { bytes: LAST_PLACE, height: HEIGHT } },
      },
    ),
    skipped('no-stream', 'The stream is not created yet.', [item(NOTE)], { stream: null }),
    skipped(
      'no-stream-created-after',
      'The stream is created in the same block, but behind the item.',
      [item(NOTE), CREATION],
      { stream: null },
    ),
    skipped('coinbase', 'The input is a coinbase.', [coinbase]),
    skipped('stream', 'A note in the stream of proofs.', [item(NOTE, ALPHA, PROOFS)]),
    skipped('keys-none', 'An item without a key.', [withFirst(streamItemScript(ENTITY, [], NOTE))]),
    skipped('item-length-short', 'A magic with nothing behind it.', [withData(NOTE.slice(0, 4))]),
    skipped('item-length-long', 'An item of 65 001 bytes.', [
      withData(Uint8Array.of(...noteOf('n'.repeat(MAX_CONTENT)), 0x6e)),
    ]),
    skipped('item-magic', 'Another magic.', [withData(NOTE.with(2, 0x50))]),
    skipped('item-magic-version', 'Another version of a note.', [withData(NOTE.with(3, 2))]),
  ];
}
