import { coveringNodeIds, foldCompactRange, type NodeId } from './compact-range.js';
import { ProtocolError } from './error.js';
import type { Sha256 } from './primitives.js';

/** Reads hashes of complete subtrees: one hash per id, in the order of the ids. Synchronous: callers load them first. */
export type ReadNodes = (ids: readonly NodeId[]) => readonly Uint8Array[];

/** The stored nodes that the inclusion proof of a leaf in a tree of some size is made of. */
export function inclusionNodeIds(index: number, size: number): NodeId[] {
  return inclusionRanges(index, size).flatMap(nodesOf);
}

/** The stored nodes that the consistency proof between two tree sizes is made of. */
export function consistencyNodeIds(older: number, newer: number): NodeId[] {
  return consistencyRanges(older, newer).flatMap(nodesOf);
}

/** The inclusion proof of a leaf (RFC 9162 section 2.1.3.1), from the leaf's sibling up to a child of the root. */
export function inclusionProof(
  index: number,
  size: number,
  readNodes: ReadNodes,
  sha256: Sha256,
): Uint8Array[] {
  return assemble(inclusionRanges(index, size), readNodes, sha256);
}

/** The consistency proof between two tree sizes (RFC 9162 section 2.1.4.1); empty from or to the same size and from 0. */
export function consistencyProof(
  older: number,
  newer: number,
  readNodes: ReadNodes,
  sha256: Sha256,
): Uint8Array[] {
  return assemble(consistencyRanges(older, newer), readNodes, sha256);
}

/** A node of the tree as the leaves [begin, end) below it; at the right edge it may be an incomplete subtree. */
type Range = readonly [begin: number, end: number];

function inclusionRanges(index: number, size: number): Range[] {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new ProtocolError('merkle', 'the index lies outside the tree');
  }
  const ranges: Range[] = [];
  let begin = 0;
  let end = size;
  while (end - begin > 1) {
    const middle = begin + largestPowerBelow(end - begin);
    if (index < middle) {
      ranges.push([middle, end]);
      end = middle;
    } else {
      ranges.push([begin, middle]);
      begin = middle;
    }
  }
  return ranges.reverse();
}

function consistencyRanges(older: number, newer: number): Range[] {
  if (!Number.isSafeInteger(newer) || !Number.isSafeInteger(older) || older < 0 || older > newer) {
    throw new ProtocolError('merkle', 'not two sizes of a growing tree');
  }
  if (older === 0 || older === newer) return [];
  const ranges: Range[] = [];
  let begin = 0;
  let end = newer;
  while (end !== older) {
    const middle = begin + largestPowerBelow(end - begin);
    if (older <= middle) {
      ranges.push([middle, end]);
      end = middle;
    } else {
      ranges.push([begin, middle]);
      begin = middle;
    }
  }
  // Where the older tree is itself the leftmost complete subtree, the verifier has its root already.
  if (begin !== 0) ranges.push([begin, end]);
  return ranges.reverse();
}

function assemble(ranges: readonly Range[], readNodes: ReadNodes, sha256: Sha256): Uint8Array[] {
  const ids = ranges.map(nodesOf);
  const hashes = readNodes(ids.flat());
  let at = 0;
  const proof = ids.map((nodes) => foldCompactRange(hashes.slice(at, (at += nodes.length)), sha256));
  if (hashes.length !== at) throw new ProtocolError('merkle', 'not as many hashes as nodes were asked for');
  return proof;
}

function nodesOf([begin, end]: Range): NodeId[] {
  return coveringNodeIds(begin, end);
}

/** The largest power of two below n, for n > 1: where RFC 9162 splits a tree. */
function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}
