import {
  inputScript,
  p2pkhScript,
  parseTransaction,
  pushData,
  streamCreationScript,
  streamItemScript,
} from '@besure/ledger-tx';
import { concatBytes } from '@besure/protocol';
import { testBytes } from '../../libs/protocol/test/material.ts';
import {
  ALPHA,
  ALPHA_LATER,
  type Before,
  BETA,
  changed,
  content,
  creation,
  CREATION,
  ENTITY,
  FAREST,
  free,
  GOOD,
  HEIGHT,
  item,
  ITEM,
  NEW_KEY,
  NO_BYTES,
  OTHER_ENTITY,
  SLOT,
  SLOTS,
  STRANGER,
  TIME,
  withData,
  withFirst,
  withInput,
  withSignature,
} from './ledger-log-blocks.ts';
import type { Vector } from './vector.ts';

type Case = readonly [
  name: string,
  comment: string,
  transactions: readonly Uint8Array[],
  more?: { before?: Partial<Before>; height?: number },
];

const SKIPPED: readonly Case[] = [
  [
    'no-stream',
    'The stream is not created yet: no item is read, nor is a transaction that looks like one.',
    [item(ALPHA, SLOT)],
    { before: { stream: null } },
  ],
  [
    'no-stream-created-after',
    'The stream is created in the same block, but behind the item.',
    [item(ALPHA, SLOT), CREATION],
    { before: { stream: null } },
  ],
  ['input-count', 'Two inputs.', [changed({ inputs: [...GOOD.inputs, ...GOOD.inputs] })]],
  [
    'coinbase',
    'A perfect item, but the input is a coinbase: its script is free text of the miner.',
    [
      changed({
        inputs: GOOD.inputs.map((input) => ({ ...input, txid: '0'.repeat(64), vout: 0xffff_ffff })),
      }),
    ],
  ],
  ['input-script-empty', 'The script of the input is empty.', [withInput(NO_BYTES)]],
  [
    'input-script-three-pushes',
    'The script of the input has a push before signature and key.',
    [withInput(concatBytes(pushData(Uint8Array.of(1, 1)), GOOD.inputs[0]!.script))],
  ],
  [
    'input-script-operation',
    'The script of the input has an operation behind signature and key.',
    [withInput(concatBytes(GOOD.inputs[0]!.script, Uint8Array.of(0x61)))],
  ],
  [
    'input-script-long-form',
    'The key is pushed with a length of one byte more than it needs.',
    [
      withInput(
        concatBytes(pushData(testBytes('signature', 70)), Uint8Array.of(0x4c, 33), ALPHA.signer.publicKey),
      ),
    ],
  ],
  [
    'input-script-key-length',
    'The key is not compressed: 65 bytes.',
    [withInput(inputScript(testBytes('signature', 70), Uint8Array.of(4, ...testBytes('point', 64))))],
  ],
  [
    'input-script-key-prefix',
    'The 33 bytes of the key begin with 04.',
    [withInput(inputScript(testBytes('signature', 70), ALPHA.signer.publicKey.with(0, 4)))],
  ],
  ['input-script-signature-short', 'The signature with its type has 8 bytes.', [withSignature(8, 1)]],
  ['input-script-signature-long', 'The signature with its type has 74 bytes.', [withSignature(74, 1)]],
  ['hash-type-none', 'Signed with SIGHASH_NONE: others could replace the outputs.', [withSignature(71, 2)]],
  ['hash-type-single', 'Signed with SIGHASH_SINGLE.', [withSignature(71, 3)]],
  ['hash-type-anyone-can-pay', 'Signed with SIGHASH_ALL and ANYONECANPAY.', [withSignature(71, 0x81)]],
  ['not-an-item', 'The item is the second output.', [changed({ outputs: GOOD.outputs.toReversed() })]],
  [
    'not-an-item-two-data',
    'Two pushes behind OP_RETURN.',
    [withFirst(concatBytes(streamItemScript(ENTITY, [NO_BYTES], ITEM), pushData(ITEM)))],
  ],
  [
    'not-an-item-no-data',
    'Nothing behind OP_RETURN.',
    [withFirst(streamItemScript(ENTITY, [NO_BYTES], NO_BYTES).slice(0, -1))],
  ],
  [
    'not-an-item-long-form',
    'The data are pushed with a length of one byte more than they need.',
    [
      withFirst(
        concatBytes(
          streamItemScript(ENTITY, [NO_BYTES], NO_BYTES).slice(0, -1),
          Uint8Array.of(0x4c, 44),
          ITEM,
        ),
      ),
    ],
  ],
  [
    'not-an-item-other-element',
    'Between entity and data stands an element that is neither key nor format.',
    [withFirst(streamItemScript(ENTITY, [NO_BYTES], ITEM).map((byte, i) => (i === 23 ? 0x7a : byte)))],
  ],
  ['stream', 'An item of another stream.', [withFirst(streamItemScript(OTHER_ENTITY, [NO_BYTES], ITEM))]],
  [
    'format',
    'An item with the format "text".',
    [
      withFirst(
        concatBytes(
          streamItemScript(ENTITY, [NO_BYTES], NO_BYTES).slice(0, -2),
          pushData(Uint8Array.of(0x73, 0x70, 0x6b, 0x66, 1)),
          Uint8Array.of(0x75, 0x6a),
          pushData(ITEM),
        ),
      ),
    ],
  ],
  ['keys-none', 'An item without a key.', [withFirst(streamItemScript(ENTITY, [], ITEM))]],
  [
    'keys-two',
    'An item with two empty keys.',
    [withFirst(streamItemScript(ENTITY, [NO_BYTES, NO_BYTES], ITEM))],
  ],
  [
    'keys-content',
    'An item whose key is not empty.',
    [withFirst(streamItemScript(ENTITY, [Uint8Array.of(1)], ITEM))],
  ],
  ['length-short', 'A byte too few.', [withData(ITEM.slice(0, -1))]],
  ['length-long', 'A byte too many.', [withData(Uint8Array.of(...ITEM, 0))]],
  ['magic', 'Another magic.', [withData(ITEM.with(0, 0x62))]],
  ['magic-version', 'Another version of the item.', [withData(ITEM.with(3, 0))]],
  ['publisher', 'Signed by a key of no member.', [item(STRANGER, SLOT)]],
  [
    'publisher-before',
    'Signed by a key of a member one block before its period begins.',
    [item(ALPHA_LATER, SLOT)],
    { height: NEW_KEY - 1 },
  ],
  [
    'publisher-after',
    'Signed by a key of a member in the block in which its period has ended.',
    [item(ALPHA, SLOT)],
    { height: NEW_KEY },
  ],
  [
    'item',
    'The slot is 2^53.',
    [withData(Uint8Array.of(...ITEM.slice(0, 4), 0, 0x20, 0, 0, 0, 0, 0, 0, ...ITEM.slice(12)))],
  ],
  ['slot-before-first', 'The slot before the first one of the charter.', [item(ALPHA, SLOTS.base - 1)]],
  ['slot-ahead', 'The first slot that starts too far ahead of the block.', [item(ALPHA, FAREST + 1)]],
  [
    'slot-ahead-largest',
    'The slot 2^53 - 1, whose start is no exact number of milliseconds.',
    [item(ALPHA, Number.MAX_SAFE_INTEGER)],
  ],
  [
    'slot-taken',
    'An earlier block had an item of that member for that slot.',
    [item(ALPHA, SLOT)],
    { before: { taken: [{ member: 'alpha', slot: SLOT }] } },
  ],
  [
    'slot-taken-other-key',
    'The item for that slot was signed by an earlier key of the same member.',
    [item(ALPHA_LATER, SLOT)],
    { height: NEW_KEY, before: { taken: [{ member: 'alpha', slot: SLOT }] } },
  ],
];

const TAKEN: readonly Case[] = [
  ['item', 'An item of a member.', [item(ALPHA, SLOT)]],
  [
    'several',
    'Items of two members and two slots, the later slot first: the order is that of the ledger.',
    [item(BETA, SLOT + 1), item(ALPHA, SLOT), item(BETA, SLOT)],
  ],
  [
    'first-of-two',
    'Two items of a member for a slot: the first one counts, the second is skipped.',
    [item(ALPHA, SLOT, 'one root'), item(ALPHA, SLOT, 'another root')],
  ],
  [
    'among-others',
    'Transactions that are no items stand around one.',
    [
      free('something else', [p2pkhScript(testBytes('somebody', 20))]),
      item(ALPHA, SLOT),
      creation('another'),
    ],
  ],
  [
    'slot-first',
    'The first slot of the charter; it is long over, which does not matter.',
    [item(ALPHA, SLOTS.base)],
  ],
  ['slot-ahead-last', 'The last slot that does not start too far ahead of the block.', [item(ALPHA, FAREST)]],
  [
    'slot-taken-by-another',
    'Another member has that slot already: each has its own.',
    [item(ALPHA, SLOT)],
    { before: { taken: [{ member: 'beta', slot: SLOT }] } },
  ],
  [
    'stream-created-before',
    'The stream is created in the same block, before the item.',
    [CREATION, item(ALPHA, SLOT)],
    { before: { stream: null, size: 0, dueSize: 0 } },
  ],
  [
    'stream-of-that-name-again',
    'A second creation of that name changes nothing.',
    [free('a second creation', [streamCreationScript('proofs')]), item(ALPHA, SLOT)],
  ],
  [
    'key-last-block',
    'Signed by a key of a member in the last block of its period.',
    [item(ALPHA, SLOT)],
    { height: NEW_KEY - 1 },
  ],
  [
    'key-first-block',
    'Signed by a key of a member in the first block of its period.',
    [item(ALPHA_LATER, SLOT)],
    { height: NEW_KEY },
  ],
  [
    'more-outputs',
    'A second item and more change behind the first output: only the first output counts.',
    [changed({ outputs: [...GOOD.outputs, ...parseTransaction(item(ALPHA, SLOT + 1)).outputs] })],
  ],
  [
    'other-numbers',
    'Another version, sequence, lock time and value: none of them counts.',
    [
      changed({
        version: 2,
        lockTime: 7,
        inputs: GOOD.inputs.map((input) => ({ ...input, sequence: 1 })),
        outputs: GOOD.outputs.map((output) => ({ ...output, value: 5n })),
      }),
    ],
  ],
  [
    'signature-shortest',
    'A signature of 9 bytes with its type: whether it verifies is for the nodes.',
    [withSignature(9, 1)],
  ],
  ['signature-longest', 'A signature of 73 bytes with its type.', [withSignature(73, 1)]],
];

/** Blocks from the first one of a chain; checkpoints are due at even heights. */
function chain(): Vector {
  const transactions: readonly (readonly Uint8Array[])[] = [
    [],
    [creation('rights'), CREATION],
    [],
    [item(ALPHA, SLOT), item(BETA, SLOT)],
    [item(ALPHA, SLOT, 'another root'), item(ALPHA, SLOT + 1), item(STRANGER, SLOT)],
    [item(BETA, SLOT + 1)],
    [],
    [],
    [item(BETA, SLOT + 2)],
  ];
  const comment =
    'The first blocks of a chain: entries, and checkpoints after even heights at which the log is larger than at the one before.';
  const blocks = transactions.map((list, height) => ({
    height,
    time: TIME + 15 * height,
    transactions: list,
  }));
  const vector = content(comment, blocks, { before: { stream: null, size: 0, dueSize: 0 }, every: 2 });
  return { format: 'ledger-log', kind: 'valid', name: 'chain', content: vector };
}

/** Vectors of the leaf rule. */
export function ledgerLogs(): Vector[] {
  const of =
    (kind: Vector['kind']) =>
    ([name, comment, transactions, { before = {}, height = HEIGHT } = {}]: Case): Vector => ({
      format: 'ledger-log',
      kind,
      name,
      content: content(comment, [{ height, transactions }], { before }),
    });
  return [...TAKEN.map(of('valid')), ...SKIPPED.map(of('invalid')), chain()];
}
