import { ProtocolError } from './error.js';
import { emptyRoot, nodeHash } from './merkle.js';
import type { Sha256 } from './primitives.js';

/**
 * A complete subtree of a Merkle tree: that over the leaves [index * 2^level, (index + 1) * 2^level). Once complete,
 * its hash never changes, which is why these are the nodes that a log stores.
 */
export interface NodeId {
  readonly level: number;
  readonly index: number;
}

/** A complete subtree with its hash. */
export interface StoredNode extends NodeId {
  readonly hash: Uint8Array;
}

/**
 * The complete subtrees that a tree of this size consists of, largest first: one per binary digit of the size.
 * What has to be read to go on from a stored log.
 */
export function compactRangeNodeIds(size: number): NodeId[] {
  return coveringNodeIds(0, size);
}

/**
 * The complete subtrees over the leaves [begin, end), largest first. Begin must be a multiple of the smallest power of
 * two that is not below end - begin, as it is for every node of a Merkle tree.
 */
export function coveringNodeIds(begin: number, end: number): NodeId[] {
  if (!Number.isSafeInteger(begin) || !Number.isSafeInteger(end) || begin < 0 || end < begin) {
    throw new ProtocolError('merkle', 'not a range of leaves');
  }
  const ids: NodeId[] = [];
  let level = 0;
  let width = 1;
  while (width * 2 <= end - begin) {
    width *= 2;
    level += 1;
  }
  for (let at = begin; at < end; level -= 1, width /= 2) {
    if (end - at < width) continue;
    ids.push({ level, index: at / width });
    at += width;
  }
  return ids;
}

/**
 * The right edge of a growing Merkle tree: enough to append leaves and to know the root, in at most 53 hashes.
 */
export class CompactRange {
  readonly #sha256: Sha256;
  readonly #hashes: Uint8Array[];
  #size: number;

  /** An empty tree, or one that goes on from stored nodes: the hashes of {@link compactRangeNodeIds}, in that order. */
  constructor(
    sha256: Sha256,
    stored: { readonly size: number; readonly hashes: readonly Uint8Array[] } = EMPTY,
  ) {
    if (stored.hashes.length !== compactRangeNodeIds(stored.size).length) {
      throw new ProtocolError('merkle', 'not as many hashes as the size asks for');
    }
    if (stored.hashes.some((hash) => hash.length !== 32))
      throw new ProtocolError('merkle', 'a hash has not 32 bytes');
    this.#sha256 = sha256;
    this.#size = stored.size;
    this.#hashes = [...stored.hashes];
  }

  /** How many leaves the tree has. */
  get size(): number {
    return this.#size;
  }

  /** The hashes of the complete subtrees that the tree consists of, largest first. */
  get hashes(): readonly Uint8Array[] {
    return [...this.#hashes];
  }

  /** Appends a leaf by its leaf hash; returns the subtrees that it completes, itself first, for a log to store. */
  append(leaf: Uint8Array): StoredNode[] {
    if (leaf.length !== 32) throw new ProtocolError('merkle', 'a leaf hash has not 32 bytes');
    if (this.#size >= Number.MAX_SAFE_INTEGER) throw new ProtocolError('merkle', 'the tree is full');
    let node: StoredNode = { level: 0, index: this.#size, hash: leaf };
    const completed = [node];
    while (node.index % 2 === 1) {
      const left = this.#hashes.pop();
      if (left === undefined) throw new ProtocolError('merkle', 'the right edge of the tree is broken');
      node = {
        level: node.level + 1,
        index: (node.index - 1) / 2,
        hash: nodeHash(left, node.hash, this.#sha256),
      };
      completed.push(node);
    }
    this.#hashes.push(node.hash);
    this.#size += 1;
    return completed;
  }

  /** The root of the tree as it stands. */
  root(): Uint8Array {
    return this.#size === 0 ? emptyRoot(this.#sha256) : foldCompactRange(this.#hashes, this.#sha256);
  }
}

const EMPTY = { size: 0, hashes: [] };

/** The hash over complete subtrees side by side, largest first: how the right edge of a tree is closed. */
export function foldCompactRange(hashes: readonly Uint8Array[], sha256: Sha256): Uint8Array {
  const last = hashes.at(-1);
  if (last === undefined) throw new ProtocolError('merkle', 'no hashes to fold');
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right, sha256), last);
}
