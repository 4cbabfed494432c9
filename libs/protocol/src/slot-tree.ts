import { concatBytes, u32be, utf8Encode, utf8EncodeInto } from './bytes.js';
import { ProtocolError } from './error.js';
import { nodeHash } from './merkle.js';
import type { Sha256 } from './primitives.js';

/** The heights that a slot's tree may have: its path tells no more of the count than one of three classes. */
export const SLOT_TREE_HEIGHTS: readonly number[] = [10, 15, 20];

/** A slot's tree: its root goes to the ledger, an index and a path to each statement's evidence. */
export interface SlotTree {
  readonly root: Uint8Array;
  readonly height: number;
  /** In the order of the leaves that were given. */
  readonly leaves: readonly SlotLeaf[];
}

/** Where a statement stands in its slot's tree. */
export interface SlotLeaf {
  readonly index: number;
  /** The siblings from the leaf upwards, one per level. */
  readonly path: readonly Uint8Array[];
}

const LEAF_DOMAIN = concatBytes(Uint8Array.of(0), utf8Encode('besure/statement-leaf/v1\n'));
const RANDOM_CHUNK = 4096;

// A leaf is some kilobytes that are hashed once: all share this array, of which nothing is kept beyond a call.
const shared = new Uint8Array(32_768);

/**
 * The leaf of a statement: SHA-256(0x00 || domain || u32be(length) || statement || u32be(length) || countersignature). The digest function gets a view
 * that is only valid while it runs.
 */
export function statementLeaf(jws: string, countersignature: string | null, sha256: Sha256): Uint8Array {
  const texts = [jws, countersignature ?? ''];
  // UTF-8 has at most three bytes for each UTF-16 code unit.
  const longest = texts.reduce((sum, text) => sum + 4 + 3 * text.length, LEAF_DOMAIN.length);
  const leaf = longest > shared.length ? new Uint8Array(longest) : shared;
  leaf.set(LEAF_DOMAIN);
  let end = LEAF_DOMAIN.length;
  for (const text of texts) {
    const { length } = utf8EncodeInto(text, leaf.subarray(end + 4));
    leaf.set(u32be(length), end);
    end += 4 + length;
  }
  return sha256(leaf.subarray(0, end));
}

/**
 * Builds the tree of a slot: nodes as in RFC 9162 section 2.1.1, a height of the fixed ladder, the leaves at random
 * places, and one random node for every largest aligned subtree without any leaf. So neither an index nor a path
 * tells how many statements the slot has; without leaves the root is random and looks like any other.
 *
 * `random` gives fresh unpredictable bytes, at most 4096 at once.
 */
export function buildSlotTree(
  leaves: readonly Uint8Array[],
  random: (length: number) => Uint8Array,
  sha256: Sha256,
): SlotTree {
  const height = SLOT_TREE_HEIGHTS.find((candidate) => leaves.length <= 2 ** candidate);
  if (height === undefined) throw new ProtocolError('slot-tree', 'more statements than a slot can hold');
  if (leaves.some((leaf) => leaf.length !== 32))
    throw new ProtocolError('slot-tree', 'a leaf is not 32 bytes');
  const pool = new RandomPool(random);
  if (leaves.length === 0) return { root: pool.take(32), height, leaves: [] };

  const places = randomPlaces(leaves.length, 2 ** height, pool);
  const order = places.map((_, leaf) => leaf).sort((a, b) => places[a]! - places[b]!);
  // One level at a time: the nodes that have a leaf below them, from left to right.
  let indexes = order.map((leaf) => places[leaf]!);
  let hashes = order.map((leaf) => leaves[leaf]!);
  const paths = leaves.map((): Uint8Array[] => []);
  const nodeOfLeaf = new Uint32Array(leaves.length);
  order.forEach((leaf, node) => (nodeOfLeaf[leaf] = node));

  for (let level = 0; level < height; level++) {
    const siblings: Uint8Array[] = [];
    const parentOf: number[] = [];
    const parentIndexes: number[] = [];
    const parentHashes: Uint8Array[] = [];
    for (let node = 0; node < indexes.length; node++) {
      const index = indexes[node]!;
      const parent = index >>> 1;
      const hasRight = index % 2 === 0 && indexes[node + 1] === index + 1;
      const own = hashes[node]!;
      const sibling = hasRight ? hashes[node + 1]! : pool.take(32);
      siblings.push(sibling);
      parentOf.push(parentIndexes.length);
      if (hasRight) {
        siblings.push(own);
        parentOf.push(parentIndexes.length);
        node++;
      }
      parentIndexes.push(parent);
      parentHashes.push(index % 2 === 0 ? nodeHash(own, sibling, sha256) : nodeHash(sibling, own, sha256));
    }
    for (let leaf = 0; leaf < leaves.length; leaf++) {
      const node = nodeOfLeaf[leaf]!;
      paths[leaf]!.push(siblings[node]!);
      nodeOfLeaf[leaf] = parentOf[node]!;
    }
    indexes = parentIndexes;
    hashes = parentHashes;
  }
  return { root: hashes[0]!, height, leaves: paths.map((path, leaf) => ({ index: places[leaf]!, path })) };
}

/**
 * The root to which a leaf's path leads. Throws a `slot-path` error unless the path has a length of the ladder, hashes
 * of 32 bytes and an index that lies within; the caller compares the root with the one in the ledger item.
 */
export function rootFromSlotPath(
  leaf: Uint8Array,
  index: number,
  path: readonly Uint8Array[],
  sha256: Sha256,
): Uint8Array {
  assertSlotPath(leaf, index, path);
  let node = leaf;
  let at = index;
  for (const sibling of path) {
    node = at % 2 === 0 ? nodeHash(node, sibling, sha256) : nodeHash(sibling, node, sha256);
    at >>>= 1;
  }
  return node;
}

/** Throws a `slot-path` error for what can be no path in a slot's tree. */
export function assertSlotPath(leaf: Uint8Array, index: number, path: readonly Uint8Array[]): void {
  if (!SLOT_TREE_HEIGHTS.includes(path.length))
    throw new ProtocolError('slot-path', 'the path has no known length');
  if (!Number.isInteger(index) || index < 0 || index >= 2 ** path.length) {
    throw new ProtocolError('slot-path', 'the index lies outside the tree');
  }
  if (leaf.length !== 32 || path.some((sibling) => sibling.length !== 32)) {
    throw new ProtocolError('slot-path', 'a hash is not 32 bytes');
  }
}

/** As many different places below `size` as asked, each choice equally likely: Fisher and Yates, as far as needed. */
function randomPlaces(count: number, size: number, pool: RandomPool): number[] {
  const moved = new Map<number, number>();
  return Array.from({ length: count }, (_, i) => {
    const j = i + pool.below(size - i);
    const place = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    return place;
  });
}

/** Random bytes in pieces, asked for in chunks: a call for each costs more than the bytes. */
class RandomPool {
  readonly #random: (length: number) => Uint8Array;
  #chunk = new Uint8Array(0);
  #used = 0;

  constructor(random: (length: number) => Uint8Array) {
    this.#random = random;
  }

  take(length: number): Uint8Array {
    if (this.#used + length > this.#chunk.length) {
      const chunk = this.#random(RANDOM_CHUNK);
      if (chunk.length !== RANDOM_CHUNK)
        throw new ProtocolError('slot-tree', 'the random source gave too little');
      this.#chunk = chunk.slice();
      this.#used = 0;
    }
    this.#used += length;
    return this.#chunk.slice(this.#used - length, this.#used);
  }

  /** A number below `limit` (at most 2^20), every one equally likely: what lies beyond is thrown away. */
  below(limit: number): number {
    const mask = 2 ** Math.ceil(Math.log2(limit)) - 1;
    for (;;) {
      const bytes = this.take(3);
      const value = ((bytes[0]! << 16) | (bytes[1]! << 8) | bytes[2]!) & mask;
      if (value < limit) return value;
    }
  }
}
