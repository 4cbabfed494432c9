import { equalBytes, inclusionNodeIds, inclusionProof, TILE_WIDTH, type TreeHead } from '@besure/protocol';
import type { LogSource } from './log-source.js';
import type { Db, LogStore } from './log-store.js';
import { sha256 } from './sha256.js';
import { SourceTiles } from './source-tiles.js';

/** A log that is read to compare it with another one, whoever serves it. Nothing of it is believed. */
export interface ReadableLog {
  /** The root that it had at a size. */
  root(size: number): Promise<Uint8Array>;
  /** The entries with indexes from `from` up to, not including, `to`. */
  entries(from: number, to: number): Promise<Uint8Array[]>;
  /** The inclusion proof of the entry at an index in the log of that size. */
  inclusionProof(index: number, size: number): Promise<Uint8Array[]>;
}

/** The log that a source serves, of the size of a checkpoint of it. Each tile is read once. */
export function servedLog(source: LogSource, size: number): ReadableLog {
  const tiles = new SourceTiles(source, size);
  const bundles = new Map<number, Promise<Uint8Array[]>>();
  const bundle = (index: number): Promise<Uint8Array[]> => {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
    const read = bundles.get(index) ?? source.entries({ level: 'entries', index, width });
    bundles.set(index, read);
    return read;
  };
  return {
    root: (upTo) => tiles.root(upTo),
    async entries(from, to) {
      const entries: Uint8Array[] = [];
      for (let at = from; at < to;) {
        const index = Math.floor(at / TILE_WIDTH);
        const end = Math.min(to, (index + 1) * TILE_WIDTH);
        entries.push(...(await bundle(index)).slice(at - index * TILE_WIDTH, end - index * TILE_WIDTH));
        at = end;
      }
      return entries;
    },
    async inclusionProof(index, upTo) {
      const nodes = await tiles.nodes(inclusionNodeIds(index, upTo));
      return inclusionProof(index, upTo, () => nodes, sha256);
    },
  };
}

/** A log that is stored here. */
export function storedLog(db: Db, log: LogStore): ReadableLog {
  return {
    root: (size) => log.root(db, size),
    entries: (from, to) => log.readEntries(db, from, to),
    inclusionProof: (index, size) => log.inclusionProof(db, index, size),
  };
}

/**
 * The index of the first entry at which two logs differ, in as many looks as their sizes have digits; `null` where one is a beginning of the other,
 * or where one is not what its head says.
 */
export async function firstDifference(
  one: ReadableLog,
  oneHead: TreeHead,
  other: ReadableLog,
  otherHead: TreeHead,
): Promise<number | null> {
  const isSame = async (size: number): Promise<boolean> =>
    equalBytes(await one.root(size), await other.root(size));
  let same = 0;
  let different = Math.min(oneHead.size, otherHead.size);
  if (different === 0) return null;
  if (!equalBytes(await one.root(oneHead.size), oneHead.root)) return null;
  if (!equalBytes(await other.root(otherHead.size), otherHead.root)) return null;
  if (await isSame(different)) return null;
  while (different - same > 1) {
    const middle = Math.floor((same + different) / 2);
    if (await isSame(middle)) same = middle;
    else different = middle;
  }
  return different - 1;
}
