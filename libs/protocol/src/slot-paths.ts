import { equalBytes } from './bytes.js';
import { nodeHash } from './merkle.js';
import type { Sha256 } from './primitives.js';
import { assertSlotPath } from './slot-tree.js';

/** Trees that are remembered, the newest: statements come slot by slot. */
const MOST_ROOTS = 4;
/** Nodes of so many levels below a root are remembered: below them few statements share any. */
const MOST_DEPTH = 11;

/**
 * Checks many paths of the same slots: what one path has proven about the nodes below a root is not hashed again for the next one, which shares
 * most of its upper half with it. The answers are those of {@link rootFromSlotPath}.
 */
export class SlotPaths {
  readonly #sha256: Sha256;
  /** The newest first; their nodes are numbered as in a heap: the root is 1, below n stand 2n and 2n + 1. */
  readonly #trees: Map<number, Uint8Array>[] = [];

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  /** Whether the path leads from the leaf to the root. Throws a `slot-path` error for what can be no path. */
  leadsTo(root: Uint8Array, leaf: Uint8Array, index: number, path: readonly Uint8Array[]): boolean {
    assertSlotPath(leaf, index, path);
    const proven = this.#nodesOf(root);
    const found: [number, Uint8Array][] = [];
    let node = leaf;
    let place = 2 ** path.length + index;
    for (const sibling of path) {
      if (proven.has(place)) break;
      found.push([place, node], [place ^ 1, sibling]);
      node = place % 2 === 0 ? nodeHash(node, sibling, this.#sha256) : nodeHash(sibling, node, this.#sha256);
      place >>>= 1;
    }
    // The root is known from the start: here stands a node that is proven, and with it all that stand above it and beside those.
    if (!equalBytes(proven.get(place)!, node)) return false;
    for (const sibling of path.slice(found.length / 2)) {
      if (!equalBytes(proven.get(place ^ 1)!, sibling)) return false;
      place >>>= 1;
    }
    for (const [at, hash] of found) if (at < 2 ** (MOST_DEPTH + 1)) proven.set(at, hash);
    return true;
  }

  #nodesOf(root: Uint8Array): Map<number, Uint8Array> {
    const known = this.#trees.find((nodes) => equalBytes(nodes.get(1)!, root));
    if (known !== undefined) return known;
    const nodes = new Map([[1, root]]);
    this.#trees.unshift(nodes);
    if (this.#trees.length > MOST_ROOTS) this.#trees.pop();
    return nodes;
  }
}
