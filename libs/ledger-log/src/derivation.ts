import type { Block } from '@besure/ledger-tx';
import type { Sha256 } from '@besure/protocol';
import {
  type LeafCandidate,
  type LeafOutcome,
  type LeafRule,
  type LeafSkip,
  readBlock,
  type Streams,
} from './leaf-rule.js';

/** A block and its height. */
export interface BlockAt {
  readonly height: number;
  readonly block: Block;
}

/** What the rule carries from one block to the next, beside the slots that are taken. */
export interface LogState {
  readonly streams: Streams;
  readonly size: number;
  /** The size at the last checkpoint that was due, 0 before the first. */
  readonly dueSize: number;
}

/** The state before the first block. */
export const initialLogState: LogState = { streams: { proofs: null, rights: null }, size: 0, dueSize: 0 };

/** A block as far as one block tells. */
export interface ReadBlock {
  readonly height: number;
  readonly hash: string;
  /** Seconds, by the miner's clock. */
  readonly time: number;
  readonly outcomes: readonly LeafOutcome[];
}

/** Consecutive blocks that have been read; whose candidates are leaves, the slots that are taken will tell. */
export interface ReadBlocks {
  readonly blocks: readonly ReadBlock[];
  readonly candidates: readonly LeafCandidate[];
  readonly streams: Streams;
}

/** A block with its place in the log: `leaves` follow those of the block before, `size` is that of the log with them. */
export interface DerivedBlock extends ReadBlock {
  readonly leaves: readonly LeafCandidate[];
  readonly size: number;
  /** Whether a checkpoint over the log of this size is due. */
  readonly isDue: boolean;
}

/** What consecutive blocks add to the log. */
export interface Derivation {
  readonly blocks: readonly DerivedBlock[];
  readonly state: LogState;
}

/** Reads consecutive final blocks. `streams` are those known from the blocks below. */
export function readBlocks(
  rule: LeafRule,
  streams: Streams,
  blocks: readonly BlockAt[],
  sha256: Sha256,
): ReadBlocks {
  let known = streams;
  const read = blocks.map(({ height, block }) => {
    const content = readBlock(rule, block, height, known, sha256);
    known = content.streams;
    return { height, hash: block.header.hash, time: block.header.time, outcomes: content.outcomes };
  });
  const candidates = read.flatMap(({ outcomes }) => outcomes.filter(isCandidate));
  return { blocks: read, candidates, streams: known };
}

/**
 * Settles which candidates are leaves (the first one of a member for a slot) and where checkpoints are due.
 *
 * @param isTaken whether a block below had the leaf of that member and slot
 */
export function deriveBlocks(
  rule: Pick<LeafRule, 'checkpointEvery'>,
  before: LogState,
  read: ReadBlocks,
  isTaken: (member: string, slot: number) => boolean,
): Derivation {
  const seen = new Set<string>();
  let { size, dueSize } = before;
  const blocks = read.blocks.map((block): DerivedBlock => {
    const outcomes = block.outcomes.map((outcome): LeafOutcome => {
      if (!isCandidate(outcome)) return outcome;
      const key = slotKey(outcome.member, outcome.slot);
      if (seen.has(key) || isTaken(outcome.member, outcome.slot)) return { skip: 'slot-taken' };
      seen.add(key);
      return outcome;
    });
    const leaves = outcomes.filter(isCandidate);
    size += leaves.length;
    const isDue = block.height % rule.checkpointEvery === 0 && size > dueSize;
    if (isDue) dueSize = size;
    return { ...block, outcomes, leaves, size, isDue };
  });
  return { blocks, state: { streams: read.streams, size, dueSize } };
}

/** How many transactions add no leaf, by reason. */
export function countSkips(blocks: readonly ReadBlock[]): ReadonlyMap<LeafSkip, number> {
  const counts = new Map<LeafSkip, number>();
  for (const outcome of blocks.flatMap((block) => block.outcomes)) {
    if ('skip' in outcome) counts.set(outcome.skip, (counts.get(outcome.skip) ?? 0) + 1);
  }
  return counts;
}

/** A member's slot as one text. */
export function slotKey(member: string, slot: number): string {
  return `${slot} ${member}`;
}

function isCandidate(outcome: LeafOutcome): outcome is LeafCandidate {
  return !('skip' in outcome);
}
