import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHex, encodeHex, equalBytes } from './bytes.js';
import { CompactRange, compactRangeNodeIds, type NodeId, type StoredNode } from './compact-range.js';
import { consistencyNodeIds, consistencyProof, inclusionNodeIds, inclusionProof } from './merkle-proof.js';
import { emptyRoot, leafHash, nodeHash, rootFromInclusionProof, verifyConsistency } from './merkle.js';

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();

// The tree that implementations of RFC 6962 are commonly tried on.
const KNOWN_LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const KNOWN_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** RFC 9162 section 2.1.1, word for word: slow, and independent of the code under test. */
function rootByDefinition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return emptyRoot(sha256);
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(rootByDefinition(leaves.slice(0, k)), rootByDefinition(leaves.slice(k)), sha256);
}

class Log {
  readonly leaves: Uint8Array[] = [];
  readonly range = new CompactRange(sha256);
  readonly nodes = new Map<string, Uint8Array>();

  constructor(size: number) {
    for (let i = 0; i < size; i++) this.add(leafHash(Uint8Array.of(i >> 8, i), sha256));
  }

  add(leaf: Uint8Array): void {
    this.leaves.push(leaf);
    for (const { level, index, hash } of this.range.append(leaf)) this.nodes.set(`${level}/${index}`, hash);
  }

  readonly read = (ids: readonly NodeId[]): Uint8Array[] =>
    ids.map(({ level, index }) => this.nodes.get(`${level}/${index}`)!);

  root(size: number): Uint8Array {
    return rootByDefinition(this.leaves.slice(0, size));
  }
}

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'none';
};

describe('the Merkle tree', () => {
  it('has the roots that others compute', () => {
    const range = new CompactRange(sha256);
    expect(encodeHex(range.root())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    KNOWN_LEAVES.forEach((leaf, i) => {
      range.append(leafHash(decodeHex(leaf), sha256));
      expect(encodeHex(range.root())).toBe(KNOWN_ROOTS[i]);
    });
  });

  it('has the root of the definition at every size up to 70, and goes on from stored nodes', () => {
    const log = new Log(70);
    for (let size = 0; size <= 70; size++) {
      const range = new CompactRange(sha256, { size, hashes: log.read(compactRangeNodeIds(size)) });
      expect(encodeHex(range.root())).toBe(encodeHex(log.root(size)));
    }
  });

  it('returns every complete subtree once', () => {
    const range = new CompactRange(sha256);
    const seen: StoredNode[] = [];
    for (let i = 0; i < 16; i++) seen.push(...range.append(leafHash(Uint8Array.of(i), sha256)));
    expect(seen).toHaveLength(31);
    expect(new Set(seen.map(({ level, index }) => `${level}/${index}`)).size).toBe(31);
    expect(seen.at(-1)).toMatchObject({ level: 4, index: 0, hash: range.root() });
  });

  it('proves the inclusion of every leaf at every size up to 40', () => {
    const log = new Log(40);
    for (let size = 1; size <= 40; size++) {
      const root = log.root(size);
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(index, size, log.read, sha256);
        expect(equalBytes(rootFromInclusionProof(log.leaves[index]!, index, size, proof, sha256), root)).toBe(
          true,
        );
      }
    }
  });

  it('proves consistency between any two sizes up to 40', () => {
    const log = new Log(40);
    for (let newer = 0; newer <= 40; newer++) {
      for (let older = 0; older <= newer; older++) {
        const proof = consistencyProof(older, newer, log.read, sha256);
        const heads = [older, newer].map((size) => ({ size, root: log.root(size) }));
        expect(() => verifyConsistency(heads[0]!, heads[1]!, proof, sha256)).not.toThrow();
      }
    }
  });

  it('refuses an inclusion proof that is changed, longer, shorter, or for another place', () => {
    const log = new Log(300);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), fc.nat(), (size, i, j, bit) => {
        const index = i % size;
        const leaf = log.leaves[index]!;
        const root = log.root(size);
        const proof = inclusionProof(index, size, log.read, sha256);
        const leads = (p: readonly Uint8Array[], at = index, of = size): boolean => {
          try {
            return equalBytes(rootFromInclusionProof(leaf, at, of, p, sha256), root);
          } catch {
            return false;
          }
        };
        const changed = proof.map((hash) => Uint8Array.from(hash));
        changed[j % proof.length]![(bit >> 3) % 32]! ^= 1 << (bit & 7);
        expect(leads(proof)).toBe(true);
        expect(leads(changed)).toBe(false);
        expect(leads([...proof, leaf])).toBe(false);
        expect(leads(proof.slice(0, -1))).toBe(false);
        expect(leads(proof, (index + 1) % size)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a consistency proof that is changed, longer or shorter', () => {
    const log = new Log(300);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), fc.nat(), (newer, o, j, bit) => {
        const older = 1 + (o % (newer - 1));
        const heads = [older, newer].map((size) => ({ size, root: log.root(size) }));
        const proof = consistencyProof(older, newer, log.read, sha256);
        const verdict = (p: readonly Uint8Array[]): string =>
          code(() => verifyConsistency(heads[0]!, heads[1]!, p, sha256));
        const changed = proof.map((hash) => Uint8Array.from(hash));
        changed[j % proof.length]![(bit >> 3) % 32]! ^= 1 << (bit & 7);
        expect(verdict(proof)).toBe('none');
        expect(verdict(changed)).toBe('consistency');
        expect(verdict([...proof, log.leaves[0]!])).toBe('consistency');
        expect(verdict(proof.slice(0, -1))).toBe('consistency');
      }),
      { numRuns: 60 },
    );
  });

  it('refuses what is no place in a tree, and two roots for one size', () => {
    const log = new Log(3);
    const leaf = log.leaves[0]!;
    expect(code(() => rootFromInclusionProof(leaf, 3, 3, [], sha256))).toBe('inclusion');
    expect(code(() => rootFromInclusionProof(leaf, -1, 3, [], sha256))).toBe('inclusion');
    expect(code(() => rootFromInclusionProof(leaf, 0.5, 1, [], sha256))).toBe('inclusion');
    expect(code(() => rootFromInclusionProof(leaf, 0, 2 ** 53, [], sha256))).toBe('merkle');
    expect(code(() => rootFromInclusionProof(leaf.slice(1), 0, 1, [], sha256))).toBe('inclusion');
    expect(code(() => inclusionNodeIds(3, 3))).toBe('merkle');
    expect(code(() => consistencyNodeIds(4, 3))).toBe('merkle');
    const other = { size: 3, root: leaf };
    expect(code(() => verifyConsistency({ size: 3, root: log.root(3) }, other, [], sha256))).toBe(
      'consistency',
    );
    expect(code(() => verifyConsistency({ size: 0, root: leaf }, other, [], sha256))).toBe('consistency');
    expect(code(() => new CompactRange(sha256, { size: 3, hashes: [leaf] }))).toBe('merkle');
  });

  it('counts beyond 32 bits', () => {
    const size = 2 ** 40 + 5;
    const hash = new Uint8Array(32);
    const proof = inclusionProof(2 ** 40 + 2, size, (ids) => ids.map(() => hash), sha256);
    expect(inclusionNodeIds(2 ** 40 + 2, size)).toEqual([
      { level: 0, index: 2 ** 40 + 3 },
      { level: 1, index: 2 ** 39 },
      { level: 0, index: 2 ** 40 + 4 },
      { level: 40, index: 0 },
    ]);
    expect(rootFromInclusionProof(hash, 2 ** 40 + 2, size, proof, sha256)).toHaveLength(32);
  });
});
