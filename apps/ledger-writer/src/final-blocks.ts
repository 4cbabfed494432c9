import type { Tx } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import type { Block } from '@besure/ledger-tx';
import type { LogStore } from '@besure/log-store';
import type { Sha256, TreeHead } from '@besure/protocol';
import { readChainState, takenSlots, takeSlots, writeChainState, type ChainState } from './chain-rows.js';
import type { CheckpointSigning } from './checkpoint-signing.js';
import { firstOfSlot, readBlock, type LeafCandidate, type LeafSkip, type Streams } from './leaf-rule.js';

/** What taking in final blocks needs. */
export interface TakingContext {
  readonly charter: Charter;
  readonly log: LogStore;
  readonly signing: CheckpointSigning;
  readonly sha256: Sha256;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A block and its height. */
export interface BlockAt {
  readonly height: number;
  readonly block: Block;
}

/** What became of a run of blocks. */
export interface Taken {
  readonly state: ChainState;
  /** Size of the newest checkpoint, null when this run brought none. */
  readonly checkpointSize: number | null;
  readonly skipped: ReadonlyMap<LeafSkip, number>;
}

/**
 * Where more checkpoints than this are due in one run, this hub is catching up, and signs only the newest ones: others have moved on, and
 * evidence takes the first checkpoint that has a quorum.
 */
const MOST_SIGNED = 16;

/**
 * Takes in consecutive final blocks, in the transaction of their effects: leaves by the leaf rule, and checkpoints at the heights that the charter names. From
 * genesis, after a crash or one block behind it is the same code. Answers null when another instance has taken them in meanwhile.
 */
export async function takeFinalBlocks(
  tx: Tx,
  context: TakingContext,
  blocks: readonly BlockAt[],
): Promise<Taken | null> {
  const { charter, log, sha256 } = context;
  const before = await readChainState(tx, 'FOR UPDATE');
  const last = blocks.at(-1);
  if (last === undefined || blocks[0]?.height !== before.height + 1) return null;

  const skipped = new Map<LeafSkip, number>();
  let streams: Streams = before.streams;
  const contents = blocks.map(({ height, block }) => {
    const content = readBlock(block, height, streams, charter, sha256);
    streams = content.streams;
    content.skipped.forEach((count, reason) => addTo(skipped, reason, count));
    return { height, hash: block.header.hash, candidates: content.candidates };
  });
  const candidates = contents.flatMap((content) => content.candidates);
  const leaves = new Set(firstOfSlot(candidates, await takenSlots(tx, candidates)));
  addTo(skipped, 'slot-taken', candidates.length - leaves.size);

  const due: { readonly head: TreeHead; readonly hash: string }[] = [];
  let dueSize = before.dueSize;
  let waiting: LeafCandidate[] = [];
  let head: TreeHead | null = null;
  const append = async (): Promise<TreeHead> => {
    if (head !== null && waiting.length === 0) return head;
    const entries = waiting.map((leaf) => leaf.entry);
    head = await log.append(tx, entries);
    await takeSlots(tx, waiting, head.size - waiting.length);
    waiting = [];
    return head;
  };
  for (const { height, hash, candidates: found } of contents) {
    waiting.push(...found.filter((candidate) => leaves.has(candidate)));
    if (height % charter.log.checkpointEvery !== 0) continue;
    const here = await append();
    if (here.size === dueSize) continue;
    due.push({ head: here, hash });
    dueSize = here.size;
  }
  await append();

  const signedAt =
    due.length === 0 ? before.signedAt : Math.max(Math.floor(context.now() / 1000), before.signedAt);
  for (const point of due.slice(-MOST_SIGNED)) {
    await log.saveCheckpoint(
      tx,
      context.signing.sign({ origin: charter.log.origin, ...point.head }, signedAt),
    );
  }
  const newest = due.at(-1);
  const state: ChainState = {
    height: last.height,
    hash: last.block.header.hash,
    streams,
    dueSize,
    lockHash: newest?.hash ?? before.lockHash,
    signedAt,
  };
  await writeChainState(tx, state);
  return { state, checkpointSize: newest?.head.size ?? null, skipped };
}

function addTo(counts: Map<LeafSkip, number>, reason: LeafSkip, count: number): void {
  if (count > 0) counts.set(reason, (counts.get(reason) ?? 0) + count);
}
