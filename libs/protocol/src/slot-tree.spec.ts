import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testBytes, testRandom } from '../test/material.ts';
import { concatBytes, encodeHex } from './bytes.js';
import { buildSlotTree, rootFromSlotPath, statementLeaf } from './slot-tree.js';

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
const leaves = (count: number) => Array.from({ length: count }, (_, i) => testBytes(`leaf ${i}`, 32));
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

describe('buildSlotTree', () => {
  it.each([1, 2, 3, 100, 1023, 1024, 1025, 3000])('leads each of %d leaves to the root', (count) => {
    const given = leaves(count);
    const tree = buildSlotTree(given, testRandom(`tree of ${count}`), sha256);
    expect(tree.height).toBe(count <= 1024 ? 10 : 15);
    expect(new Set(tree.leaves.map(({ index }) => index)).size).toBe(count);
    for (const [i, { index, path }] of tree.leaves.entries()) {
      expect(path).toHaveLength(tree.height);
      expect(encodeHex(rootFromSlotPath(given[i]!, index, path, sha256))).toBe(encodeHex(tree.root));
    }
  });

  it('computes the tree of RFC 9162 where every place is taken', () => {
    const given = leaves(1024);
    const tree = buildSlotTree(given, testRandom('full'), sha256);
    const placed = tree.leaves
      .map(({ index }, i) => ({ index, leaf: given[i]! }))
      .sort((a, b) => a.index - b.index)
      .map(({ leaf }) => leaf);
    expect(encodeHex(tree.root)).toBe(encodeHex(treeHash(placed)));
  });

  it('puts one random node over each largest part without leaves: all that share it see the same', () => {
    const tree = buildSlotTree(leaves(2), testRandom('two'), sha256);
    const [a, b] = tree.leaves;
    // Above the level where the two ways meet, both have the same siblings; below, none in common.
    const meet = 32 - Math.clz32(a!.index ^ b!.index);
    expect(a!.path.slice(meet).map(encodeHex)).toEqual(b!.path.slice(meet).map(encodeHex));
    const below = [...a!.path.slice(0, meet - 1), ...b!.path.slice(0, meet - 1)].map(encodeHex);
    expect(new Set(below).size).toBe(below.length);
  });

  it('gives a random root without leaves', () => {
    const tree = buildSlotTree([], testRandom('empty'), sha256);
    expect(tree).toMatchObject({ height: 10, leaves: [] });
    expect(encodeHex(tree.root)).toBe(encodeHex(testBytes('empty call 0', 4096).slice(0, 32)));
    expect(buildSlotTree([], testRandom('other'), sha256).root).not.toEqual(tree.root);
  });

  it('puts leaves anywhere, whatever their number', () => {
    // 200 slots of one statement: their places fill all eighths of the tree, far beyond what a bias would leave.
    const counts = Array.from({ length: 8 }, () => 0);
    for (let i = 0; i < 200; i++) {
      const tree = buildSlotTree(leaves(1), testRandom(`place ${i}`), sha256);
      counts[tree.leaves[0]!.index >> 7]! += 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(8);
  });

  it('takes 32768 leaves, then the next height, and refuses more than 2^20', () => {
    expect(buildSlotTree(leaves(32_768), testRandom('15'), sha256).height).toBe(15);
    const leaf = testBytes('leaf', 32);
    const tooMany = Array.from({ length: 2 ** 20 + 1 }, () => leaf);
    expect(() => buildSlotTree(tooMany, testRandom('20'), sha256)).toThrow(refusal('slot-tree'));
  });

  it('refuses a leaf that is no hash, and a random source that gives too little', () => {
    expect(() => buildSlotTree([new Uint8Array(31)], testRandom('x'), sha256)).toThrow(refusal('slot-tree'));
    expect(() => buildSlotTree([], () => new Uint8Array(32), sha256)).toThrow(refusal('slot-tree'));
  });
});

describe('statementLeaf', () => {
  it('follows the format', () => {
    const expected = sha256(
      concatBytes(
        Uint8Array.of(0),
        Buffer.from('besure/statement-leaf/v1\n'),
        Uint8Array.of(0, 0, 0, 3),
        Buffer.from('a.b'),
        Uint8Array.of(0, 0, 0, 1),
        Buffer.from('c'),
      ),
    );
    expect(statementLeaf('a.b', 'c', sha256)).toEqual(expected);
  });

  it('tells every pair of texts from every other', () => {
    const text = fc.string({ maxLength: 4 });
    fc.assert(
      fc.property(text, text, text, text, (a, b, c, d) => {
        const same = encodeHex(statementLeaf(a, b, sha256)) === encodeHex(statementLeaf(c, d, sha256));
        expect(same).toBe(a === c && b === d);
      }),
    );
  });
});

describe('rootFromSlotPath', () => {
  const [leaf] = leaves(1);
  const tree = buildSlotTree([leaf!, ...leaves(40).slice(1)], testRandom('tamper'), sha256);
  const { index, path } = tree.leaves[0]!;
  const root = encodeHex(tree.root);

  it('leads elsewhere with any changed bit of leaf or path', () => {
    fc.assert(
      fc.property(fc.nat(path.length), fc.nat(255), (which, bit) => {
        const flip = (hash: Uint8Array) => hash.with(bit >> 3, hash[bit >> 3]! ^ (1 << (bit & 7)));
        const changed =
          which === path.length ? path : path.map((hash, i) => (i === which ? flip(hash) : hash));
        const from = which === path.length ? flip(leaf!) : leaf!;
        expect(encodeHex(rootFromSlotPath(from, index, changed, sha256))).not.toBe(root);
      }),
    );
  });

  it('leads elsewhere with any other index', () => {
    for (let other = 0; other < 1024; other++) {
      if (other !== index) expect(encodeHex(rootFromSlotPath(leaf!, other, path, sha256))).not.toBe(root);
    }
  });

  it.each([0, 9, 11, 14, 16, 19, 21])('refuses a path of %d hashes', (length) => {
    const wrong = Array.from({ length }, () => leaf!);
    expect(() => rootFromSlotPath(leaf!, 0, wrong, sha256)).toThrow(refusal('slot-path'));
  });
});

/** The Merkle tree hash of RFC 9162 section 2.1.1 over leaf hashes, by its recursive definition. */
function treeHash(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 1) return hashes[0]!;
  const half = hashes.length / 2;
  return sha256(concatBytes(Uint8Array.of(1), treeHash(hashes.slice(0, half)), treeHash(hashes.slice(half))));
}
