import { CompactRange, leafHash, type Sha256, type TreeHead } from '@besure/protocol';
import {
  type BlockAt,
  type Derivation,
  deriveBlocks,
  initialLogState,
  type LogState,
  readBlocks,
  slotKey,
} from './derivation.js';
import { LedgerLogError } from './error.js';
import type { LeafRule } from './leaf-rule.js';

/**
 * The log of proofs, derived from the first block on by whoever has the blocks. It keeps no entries, only what goes on: the edge of the tree, and
 * which slots are taken.
 */
export class LedgerLog {
  readonly #rule: LeafRule;
  readonly #sha256: Sha256;
  readonly #range: CompactRange;
  readonly #taken = new Set<string>();
  #state: LogState = initialLogState;
  #height = -1;
  #hash = '';

  constructor(rule: LeafRule, sha256: Sha256) {
    this.#rule = rule;
    this.#sha256 = sha256;
    this.#range = new CompactRange(sha256);
  }

  /** The height of the last block that was taken in, -1 before the first. */
  get height(): number {
    return this.#height;
  }

  /** The streams that are known. */
  get streams(): LogState['streams'] {
    return this.#state.streams;
  }

  /** Size and root now. */
  head(): TreeHead {
    return { size: this.#range.size, root: this.#range.root() };
  }

  /** Takes in the blocks that follow, final ones. Throws `not-next`, with nothing taken in. */
  take(blocks: readonly BlockAt[]): Derivation {
    this.#assertNext(blocks);
    const read = readBlocks(this.#rule, this.#state.streams, blocks, this.#sha256);
    const derived = deriveBlocks(this.#rule, this.#state, read, (member, slot) =>
      this.#taken.has(slotKey(member, slot)),
    );
    for (const { member, slot, entry } of derived.blocks.flatMap((block) => block.leaves)) {
      this.#taken.add(slotKey(member, slot));
      this.#range.append(leafHash(entry, this.#sha256));
    }
    this.#state = derived.state;
    const last = blocks.at(-1);
    this.#height = last?.height ?? this.#height;
    this.#hash = last?.block.header.hash ?? this.#hash;
    return derived;
  }

  #assertNext(blocks: readonly BlockAt[]): void {
    let hash = this.#hash;
    for (const [i, { height, block }] of blocks.entries()) {
      const follows = height === 0 || block.header.previous === hash;
      if (height !== this.#height + 1 + i || !follows) {
        throw new LedgerLogError('not-next', `block ${height} does not follow the one below it`);
      }
      hash = block.header.hash;
    }
  }
}
