import { compactRangeNodeIds, foldCompactRange, type NodeId, TILE_WIDTH } from '@besure/protocol';
import type { LogSource } from './log-source.js';
import { sha256 } from './sha256.js';
import { nodeFromTile, tileKey, tileOfNode } from './tile-nodes.js';

/** The hashes that a source serves for its log of some size. Nothing of it is believed: roots and proofs are what is compared. */
export class SourceTiles {
  readonly #source: LogSource;
  readonly #size: number;
  readonly #read = new Map<string, Promise<Uint8Array>>();

  constructor(source: LogSource, size: number) {
    this.#source = source;
    this.#size = size;
  }

  /** The root that the log had at a size, if its tiles are right. */
  async root(size: number): Promise<Uint8Array> {
    return foldCompactRange(await this.nodes(compactRangeNodeIds(size)), sha256);
  }

  /** The hashes of complete subtrees, in the order of the ids. Each tile is read once. */
  async nodes(ids: readonly NodeId[]): Promise<Uint8Array[]> {
    const hashes: Uint8Array[] = [];
    for (const id of ids) hashes.push(nodeFromTile(id, await this.#tileOf(id)));
    return hashes;
  }

  #tileOf(id: NodeId): Promise<Uint8Array> {
    const { level, index } = tileOfNode(id);
    const key = tileKey({ level, index });
    let tile = this.#read.get(key);
    if (tile === undefined) {
      const width = Math.min(TILE_WIDTH, Math.floor(this.#size / TILE_WIDTH ** level) - index * TILE_WIDTH);
      tile = this.#source.hashes({ level, index, width });
      this.#read.set(key, tile);
    }
    return tile;
  }
}
