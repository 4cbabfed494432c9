import { concatBytes, equalBytes } from './bytes.js';
import { ProtocolError } from './error.js';
import type { Sha256 } from './primitives.js';

// The Merkle tree of RFC 9162 section 2.1 (the same as RFC 6962) over SHA-256. Indexes and sizes are numbers below
// 2^53, so halving is done by division: the bitwise operators of JavaScript stop at 32 bits.

const LEAF_PREFIX = Uint8Array.of(0);
// An inner node is hashed millions of times a day: all share this array, of which nothing is kept beyond a call.
const NODE = new Uint8Array(65);
NODE[0] = 1;

/** The hash of an entry as a leaf: SHA-256(0x00 || entry). */
export function leafHash(entry: Uint8Array, sha256: Sha256): Uint8Array {
  return sha256(concatBytes(LEAF_PREFIX, entry));
}

/**
 * The hash of an inner node: SHA-256(0x01 || left || right). The digest function gets a view that is only valid while it runs. Throws `inclusion`
 * for what is no hash.
 */
export function nodeHash(left: Uint8Array, right: Uint8Array, sha256: Sha256): Uint8Array {
  if (left.length !== 32 || right.length !== 32)
    throw new ProtocolError('inclusion', 'a hash is not 32 bytes');
  NODE.set(left, 1);
  NODE.set(right, 33);
  return sha256(NODE);
}

/** The root of the tree without leaves: SHA-256 of nothing. */
export function emptyRoot(sha256: Sha256): Uint8Array {
  return sha256(new Uint8Array(0));
}

/**
 * The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2). Throws `inclusion` when the proof has not
 * exactly the length that index and size ask for; the caller compares the root with the one that it trusts.
 */
export function rootFromInclusionProof(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  sha256: Sha256,
): Uint8Array {
  checkSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new ProtocolError('inclusion', 'the index lies outside the tree');
  }
  checkHashes('inclusion', [leaf, ...proof]);
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) throw new ProtocolError('inclusion', 'the inclusion proof is too long');
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash, sha256);
      while (!isOdd(node) && node !== 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      hash = nodeHash(hash, sibling, sha256);
    }
    node = half(node);
    last = half(last);
  }
  if (last !== 0) throw new ProtocolError('inclusion', 'the inclusion proof is too short');
  return hash;
}

/** A tree head: how many leaves, and the root over them. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * Throws `consistency` unless the proof shows that the older tree is a prefix of the newer one (RFC 9162 section
 * 2.1.4.2). Equal sizes need equal roots and an empty proof; the empty tree is a prefix of every tree, by an empty proof.
 */
export function verifyConsistency(
  older: TreeHead,
  newer: TreeHead,
  proof: readonly Uint8Array[],
  sha256: Sha256,
): void {
  checkSize(older.size);
  checkSize(newer.size);
  checkHashes('consistency', [older.root, newer.root, ...proof]);
  if (older.size > newer.size)
    throw new ProtocolError('consistency', 'the older tree is larger than the newer one');
  if (older.size === 0 && !equalBytes(older.root, emptyRoot(sha256))) {
    throw new ProtocolError('consistency', 'the older root is not that of the empty tree');
  }
  if (older.size === 0 || older.size === newer.size) {
    if (proof.length !== 0)
      throw new ProtocolError('consistency', 'a consistency proof stands where none is due');
    if (older.size === newer.size && !equalBytes(older.root, newer.root)) {
      throw new ProtocolError('consistency', 'two roots for the same size');
    }
    return;
  }
  const [olderRoot, newerRoot] = rootsFromConsistencyProof(older, newer.size, proof, sha256);
  if (!equalBytes(olderRoot, older.root))
    throw new ProtocolError('consistency', 'the proof does not lead to the older root');
  if (!equalBytes(newerRoot, newer.root))
    throw new ProtocolError('consistency', 'the proof does not lead to the newer root');
}

function rootsFromConsistencyProof(
  older: TreeHead,
  newerSize: number,
  proof: readonly Uint8Array[],
  sha256: Sha256,
): [Uint8Array, Uint8Array] {
  // Where the older tree is one complete subtree, its root is the start and is not repeated in the proof.
  const [first, ...rest] = isPowerOfTwo(older.size) ? [older.root, ...proof] : proof;
  if (first === undefined) throw new ProtocolError('consistency', 'the consistency proof is too short');
  let node = older.size - 1;
  let last = newerSize - 1;
  while (isOdd(node)) {
    node = half(node);
    last = half(last);
  }
  let olderRoot = first;
  let newerRoot = first;
  for (const hash of rest) {
    if (last === 0) throw new ProtocolError('consistency', 'the consistency proof is too long');
    if (isOdd(node) || node === last) {
      olderRoot = nodeHash(hash, olderRoot, sha256);
      newerRoot = nodeHash(hash, newerRoot, sha256);
      while (!isOdd(node) && node !== 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      newerRoot = nodeHash(newerRoot, hash, sha256);
    }
    node = half(node);
    last = half(last);
  }
  if (last !== 0) throw new ProtocolError('consistency', 'the consistency proof is too short');
  return [olderRoot, newerRoot];
}

function checkSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0)
    throw new ProtocolError('merkle', 'not a tree size below 2^53');
}

function checkHashes(code: 'inclusion' | 'consistency', hashes: readonly Uint8Array[]): void {
  if (hashes.some((hash) => hash.length !== 32)) throw new ProtocolError(code, 'a hash has not 32 bytes');
}

function isOdd(n: number): boolean {
  return n % 2 === 1;
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function isPowerOfTwo(n: number): boolean {
  return n === 1 || (n > 1 && !isOdd(n) && isPowerOfTwo(half(n)));
}
