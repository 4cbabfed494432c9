import { equalBytes, leafHash, rootFromInclusionProof, type TreeHead } from '@besure/protocol';
import type { LogSource } from './log-source.js';
import type { Db, LogStore } from './log-store.js';
import { firstDifference, servedLog, storedLog } from './readable-log.js';
import { sha256 } from './sha256.js';

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
 * Finds where a source's log and the one that is here part. Answers null where the source does not serve what its checkpoint promises, or where one log
 * is a beginning of the other: then there is nothing to prove.
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
  const [here, there] = [storedLog(db, log), servedLog(source, theirs.size)];
  const index = await firstDifference(here, { size, root: await here.root(size) }, there, theirs);
  if (index === null) return null;
  const [[own], [entry]] = [await here.entries(index, index + 1), await there.entries(index, index + 1)];
  if (own === undefined || entry === undefined || equalBytes(own, entry)) return null;
  const proof = await there.inclusionProof(index, theirs.size);
  const root = rootFromInclusionProof(leafHash(entry, sha256), index, theirs.size, proof, sha256);
  if (!equalBytes(root, theirs.root)) return null;
  return {
    index,
    ours: { entry: own, proof: await here.inclusionProof(index, size) },
    theirs: { entry, proof },
  };
}
