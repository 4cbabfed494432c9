import { nodePrimitives } from '@besure/keys';
import {
  parseBlock,
  parseTransaction,
  serialiseTransaction,
  streamItemScript,
  type Transaction,
} from '@besure/ledger-tx';
import { encodeItem, ITEM_LENGTH, parseItem, parseLogEntry } from '@besure/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  itemBy,
  makeNetwork,
  rootOf,
  type TestMember,
  type TestNetwork,
} from '../contract/scripted-network.js';
import { firstOfSlot, readBlock, type BlockContent, type Streams } from './leaf-rule.js';

const { sha256 } = nodePrimitives;
const TIME = Math.floor(Date.now() / 1000);
const NONE: Streams = { proofs: null, rights: null };
let network: TestNetwork;
let alpha: TestMember;
let entity: Uint8Array;
let streams: Streams;

beforeEach(async () => {
  network = makeNetwork();
  [alpha] = network.members;
  await network.chain.createStream('proofs');
  await network.chain.createStream('rights');
  streams = readTip([]).streams;
  entity = network.chain.entity('proofs');
});

/** Mines a block and reads it. */
function readTip(transactions: readonly Uint8Array[], known = NONE): BlockContent {
  network.chain.mine(transactions, TIME);
  const block = parseBlock(network.chain.rawAt(network.chain.height), sha256);
  return readBlock(block, network.chain.height, known, network.charter, sha256);
}

/** The transaction with something changed. Its signature no longer fits, which is for the node to check. */
function changed(change: (transaction: Transaction) => Partial<Transaction>): Uint8Array {
  const transaction = parseTransaction(itemBy(alpha, entity, 1_001).raw);
  return serialiseTransaction({ ...transaction, ...change(transaction) });
}

function withItem(keys: readonly Uint8Array[], data: Uint8Array, of = entity): Uint8Array {
  return changed(({ outputs }) => ({
    outputs: [{ value: 0n, script: streamItemScript(of, keys, data) }, ...outputs.slice(1)],
  }));
}

function item(slot: number): Uint8Array {
  return encodeItem({ slot, root: rootOf('x') });
}

/** The first slot that starts too far ahead of TIME. */
function firstTooFar(): number {
  const { base, startMillis, lengthMillis } = network.charter.slots;
  return (
    base +
    Math.floor(((TIME + network.charter.limits.slotAheadSeconds) * 1000 - startMillis) / lengthMillis) +
    1
  );
}

describe('a block', () => {
  it('gives a candidate per item of a member, in ledger order, with publisher, height and item', () => {
    const [, beta] = network.members;
    const items = [itemBy(beta, entity, 1_005), itemBy(alpha, entity, 1_003), itemBy(beta, entity, 1_004)];
    const { candidates, skipped } = readTip(
      items.map((one) => one.raw),
      streams,
    );
    expect(candidates.map(({ member, slot }) => [member, slot])).toEqual([
      ['beta', 1_005],
      ['alpha', 1_003],
      ['beta', 1_004],
    ]);
    const entry = parseLogEntry(candidates[1]?.entry ?? new Uint8Array());
    expect(Buffer.from(entry.publisher)).toEqual(Buffer.from(alpha.keyHash));
    expect(entry.height).toBe(network.chain.height);
    expect(parseItem(entry.item)).toEqual({ slot: 1_003, root: new Uint8Array(rootOf('alpha 1003')) });
    expect([...skipped]).toEqual([['coinbase', 1]]);
  });

  it.each<[string, string, () => Uint8Array]>([
    ['two inputs', 'input-count', () => changed(({ inputs }) => ({ inputs: [...inputs, ...inputs] }))],
    [
      'another input script',
      'input-script',
      () =>
        changed(({ inputs }) => ({
          inputs: inputs.map((input) => ({ ...input, script: Uint8Array.of(0) })),
        })),
    ],
    [
      'the item as second output',
      'not-an-item',
      () => changed(({ outputs }) => ({ outputs: outputs.toReversed() })),
    ],
    ['another stream', 'stream', () => itemBy(alpha, network.chain.entity('rights'), 1_001).raw],
    ['no key', 'keys', () => withItem([], item(1_001))],
    ['a key with content', 'keys', () => withItem([Uint8Array.of(1)], item(1_001))],
    [
      'a byte too many',
      'length',
      () => withItem([new Uint8Array()], Buffer.concat([item(1_001), Uint8Array.of(0)])),
    ],
    ['another magic', 'magic', () => withItem([new Uint8Array()], new Uint8Array(ITEM_LENGTH))],
    ['a slot beyond 2^53', 'item', () => withItem([new Uint8Array()], item(1_001).fill(0xff, 4, 12))],
    ['the key of a stranger', 'publisher', () => itemBy(network.stranger, entity, 1_001).raw],
    ['a slot before the first', 'slot-before-first', () => itemBy(alpha, entity, 999).raw],
    ['a slot too far ahead', 'slot-ahead', () => itemBy(alpha, entity, firstTooFar()).raw],
  ])('skips an item with %s: %s', (_name, reason, make) => {
    const good = itemBy(alpha, entity, firstTooFar() - 1);
    const { candidates, skipped } = readTip([make(), good.raw], streams);
    expect(candidates.map(({ slot }) => slot)).toEqual([firstTooFar() - 1]);
    expect(Object.fromEntries(skipped)).toEqual({ coinbase: 1, [reason]: 1 });
  });

  it('learns the streams from the first creations, and reads no item before that', async () => {
    const [proofs, rights] = await Promise.all(
      ['proofs', 'rights'].map((name) => network.chain.listStreams(name)),
    );
    expect(streams).toEqual({ proofs: proofs?.[0]?.creationTxid, rights: rights?.[0]?.creationTxid });
    const early = readTip([itemBy(alpha, entity, 1_001).raw], NONE);
    expect(early.candidates).toEqual([]);
    expect(early.skipped.get('no-stream')).toBe(2);
  });

  it('reads an item that stands behind the creation of its stream in the same block', async () => {
    const other = makeNetwork();
    await other.chain.createStream('proofs');
    const of = other.chain.entity('proofs');
    other.chain.mine([itemBy(other.members[0], of, 1_001).raw]);
    const block = parseBlock(other.chain.rawAt(1), sha256);
    const { candidates, streams: known } = readBlock(block, 1, NONE, other.charter, sha256);
    expect(candidates.map(({ slot }) => slot)).toEqual([1_001]);
    expect(known.rights).toBeNull();
  });
});

describe('the first item of a member for a slot counts', () => {
  const candidate = (member: string, slot: number, mark = 0) => ({
    member,
    slot,
    entry: Uint8Array.of(mark),
  });

  it('within a block and before it', () => {
    const found = firstOfSlot(
      [
        candidate('a', 1, 1),
        candidate('b', 1, 2),
        candidate('a', 1, 3),
        candidate('a', 2, 4),
        candidate('b', 7, 5),
      ],
      (member, slot) => member === 'b' && slot === 7,
    );
    expect(found.map(({ entry }) => entry[0])).toEqual([1, 2, 4]);
  });

  it('a later slot does not take an earlier one', () => {
    expect(firstOfSlot([candidate('a', 9), candidate('a', 8)], () => false).map(({ slot }) => slot)).toEqual([
      9, 8,
    ]);
  });
});
