import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testBytes, testRandom } from '../test/material.ts';
import { equalBytes } from './bytes.js';
import { SlotPaths } from './slot-paths.js';
import { buildSlotTree, rootFromSlotPath } from './slot-tree.js';

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
const leaves = Array.from({ length: 1500 }, (_, i) => testBytes(`leaf ${i}`, 32));
const tree = buildSlotTree(leaves, testRandom('paths'), sha256);
const placeOf = (which: number) => tree.leaves[which]!;

/** One that has checked all of the tree's paths. */
function experienced(): SlotPaths {
  const paths = new SlotPaths(sha256);
  for (const [i, { index, path }] of tree.leaves.entries()) {
    expect(paths.leadsTo(tree.root, leaves[i]!, index, path)).toBe(true);
  }
  return paths;
}

describe('SlotPaths', () => {
  it('knows every path of a tree, and hashes less and less for it', () => {
    let hashed = 0;
    const paths = new SlotPaths((data) => {
      hashed += 1;
      return sha256(data);
    });
    for (const [i, { index, path }] of tree.leaves.entries()) {
      expect(paths.leadsTo(tree.root, leaves[i]!, index, path)).toBe(true);
    }
    expect(hashed).toBeLessThan((tree.leaves.length * tree.height) / 2);
  });

  it('answers as the whole way to the root does, whatever it has seen, for any change of leaf, index or path', () => {
    const paths = experienced();
    const arbitrary = fc.record({
      which: fc.nat(leaves.length - 1),
      at: fc.nat(tree.height + 1),
      bit: fc.nat(255),
      isChanged: fc.boolean(),
    });
    fc.assert(
      fc.property(arbitrary, ({ which, at, bit, isChanged }) => {
        const { index, path } = placeOf(which);
        const flip = (hash: Uint8Array) => hash.with(bit >> 3, hash[bit >> 3]! ^ (1 << (bit & 7)));
        const changed = path.map((hash, i) => (isChanged && i === at ? flip(hash) : hash));
        const leaf = isChanged && at === tree.height ? flip(leaves[which]!) : leaves[which]!;
        const place = isChanged && at > tree.height ? index ^ (1 << (bit % tree.height)) : index;
        const expected = equalBytes(rootFromSlotPath(leaf, place, changed, sha256), tree.root);
        expect(paths.leadsTo(tree.root, leaf, place, changed)).toBe(expected);
        expect(expected).toBe(!isChanged);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses a path that joins a way that is proven and goes on elsewhere', () => {
    const paths = experienced();
    const { index, path } = placeOf(0);
    for (let at = 0; at < path.length; at += 1) {
      const changed = path.with(at, testBytes('elsewhere', 32));
      expect(paths.leadsTo(tree.root, leaves[0]!, index, changed)).toBe(false);
    }
  });

  it('believes nothing of a path that led nowhere', () => {
    const paths = new SlotPaths(sha256);
    const { index, path } = placeOf(7);
    const wrong = testBytes('not a leaf', 32);
    expect(paths.leadsTo(tree.root, wrong, index, path)).toBe(false);
    expect(paths.leadsTo(tree.root, wrong, index, path)).toBe(false);
    expect(paths.leadsTo(tree.root, leaves[7]!, index, path)).toBe(true);
  });

  it('keeps trees apart, more of them than it remembers', () => {
    const paths = experienced();
    const others = Array.from({ length: 9 }, (_, i) =>
      buildSlotTree(leaves.slice(0, 5), testRandom(`other ${i}`), sha256),
    );
    for (const other of [...others, ...others]) {
      const { index, path } = other.leaves[2]!;
      expect(paths.leadsTo(other.root, leaves[2]!, index, path)).toBe(true);
      expect(paths.leadsTo(tree.root, leaves[2]!, index, path)).toBe(false);
    }
    expect(paths.leadsTo(tree.root, leaves[3]!, placeOf(3).index, placeOf(3).path)).toBe(true);
  });

  it('refuses what can be no path', () => {
    const paths = new SlotPaths(sha256);
    const { index, path } = placeOf(0);
    expect(() => paths.leadsTo(tree.root, leaves[0]!, index, path.slice(1))).toThrow(
      expect.objectContaining({ code: 'slot-path' }) as Error,
    );
  });
});
