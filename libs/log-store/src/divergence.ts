import {
  equalBytes,
  inclusionNodeIds,
  inclusionProof,
  leafHash,
  rootFromInclusionProof,
  TILE_WIDTH,
  type TreeHead,
} from '@besure/protocol';
import type { LogSource } from './log-source.js';
import type { Db, LogStore } from './log-store.js';
import { sha256 } from './sha256.js';
import { SourceTiles } from './source-tiles.js';

/** An entry, and the way from it up to the root of a checkpoint. */
export interface ProvenEntry {
  readonly entry: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** The first place at which two logs of one name hold different entries, each proven under a checkpoint of its log. */
export interface Divergence {
  readonly index: number;
  readonly ours: ProvenEntry;
  readonly theirs: ProvenEntry;
}

/**
 * Finds where a source's log and the one that is here part, in as many looks as their sizes have digits. Answers null where the source does not
 * serve what its checkpoint promises, or where one log is a beginning of the other: then there is nothing to prove.
 *
 * @param size of the checkpoint of ours under which our entry is to be proven
 */
export async function findDivergence(
  db: Db,
  log: LogStore,
  size: number,
  source: LogSource,
  theirs: TreeHead,
): Promise<Divergence | null> {
  const tiles = new SourceTiles(source, theirs.size);
  const isSame = async (upTo: number): Promise<boolean> =>
    equalBytes(await tiles.root(upTo), await log.root(db, upTo));
  let same = 0;
  let different = Math.min(size, theirs.size);
  if (different === 0 || !equalBytes(await tiles.root(theirs.size), theirs.root)) return null;
  if (await isSame(different)) return null;
  while (different - same > 1) {
    const middle = Math.floor((same + different) / 2);
    if (await isSame(middle)) same = middle;
    else different = middle;
  }
  const index = different - 1;
  const entry = await readEntry(source, index, theirs.size);
  const nodes = await tiles.nodes(inclusionNodeIds(index, theirs.size));
  const proof = inclusionProof(index, theirs.size, () => nodes, sha256);
  const root = rootFromInclusionProof(leafHash(entry, sha256), index, theirs.size, proof, sha256);
  const [own] = await log.readEntries(db, index, index + 1);
  if (own === undefined || equalBytes(own, entry) || !equalBytes(root, theirs.root)) return null;
  return {
    index,
    ours: { entry: own, proof: await log.inclusionProof(db, index, size) },
    theirs: { entry, proof },
  };
}

async function readEntry(source: LogSource, index: number, size: number): Promise<Uint8Array> {
  const bundle = Math.floor(index / TILE_WIDTH);
  const width = Math.min(TILE_WIDTH, size - bundle * TILE_WIDTH);
  const entries = await source.entries({ level: 'entries', index: bundle, width });
  return entries[index % TILE_WIDTH] ?? new Uint8Array();
}
