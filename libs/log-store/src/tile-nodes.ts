import { foldCompactRange, type NodeId, type StoredNode } from '@besure/protocol';
import { LogStoreError } from './error.js';
import { sha256 } from './sha256.js';

const HASH_LENGTH = 32;
const TILE_HEIGHT = 8;
const TILE_WIDTH = 256;

/** A tile of hashes by its coordinates. */
export interface TileId {
  readonly level: number;
  readonly index: number;
}

/** A tile with the hashes that it holds so far, one after the other. */
export interface TileHashes extends TileId {
  readonly hashes: Uint8Array;
}

/** The tile's coordinates as one text. */
export function tileKey({ level, index }: TileId): string {
  return `${level}/${index}`;
}

/** The tile from which the hash of a node can be read or computed: that of the nearest stored level below it. */
export function tileOfNode(node: NodeId): TileId {
  const inTile = node.level % TILE_HEIGHT;
  return {
    level: (node.level - inTile) / TILE_HEIGHT,
    index: Math.floor((node.index * 2 ** inTile) / TILE_WIDTH),
  };
}

/** The hash of a node from its tile: the root over the 1 to 128 hashes of the tile that it stands for. */
export function nodeFromTile(node: NodeId, hashes: Uint8Array): Uint8Array {
  const width = 2 ** (node.level % TILE_HEIGHT);
  const first = (node.index * width) % TILE_WIDTH;
  const leaves = Array.from({ length: width }, (_, i) =>
    hashes.subarray((first + i) * HASH_LENGTH, (first + i + 1) * HASH_LENGTH),
  );
  if (leaves.some((leaf) => leaf.length !== HASH_LENGTH)) {
    throw new LogStoreError('out-of-range', 'the tile does not hold this node yet');
  }
  return completeRoot(leaves);
}

/** What newly completed nodes add to which tiles, in order. Only every eighth level is stored. */
export function tileAdditions(completed: readonly StoredNode[]): TileHashes[] {
  const tiles = new Map<string, { id: TileId; hashes: Uint8Array[] }>();
  for (const node of completed) {
    if (node.level % TILE_HEIGHT !== 0) continue;
    const id = tileOfNode(node);
    const key = tileKey(id);
    const tile = tiles.get(key) ?? { id, hashes: [] };
    tile.hashes.push(node.hash);
    tiles.set(key, tile);
  }
  return [...tiles.values()].map(({ id, hashes }) => ({ ...id, hashes: Buffer.concat(hashes) }));
}

/** Hashes that stand one after the other, apart. */
export function splitHashes(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / HASH_LENGTH }, (_, i) =>
    bytes.subarray(i * HASH_LENGTH, (i + 1) * HASH_LENGTH),
  );
}

/** The root of a complete tree over a power of two of hashes. */
function completeRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let level = hashes;
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) =>
      foldCompactRange(level.slice(2 * i, 2 * i + 2), sha256),
    );
  }
  const [root] = level;
  if (root === undefined) throw new LogStoreError('corrupt', 'no hashes');
  return root;
}
