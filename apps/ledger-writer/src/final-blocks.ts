import type { Tx } from '@besure/event-store';
import { type Charter, leafRuleOf } from '@besure/governance';
import { type BlockAt, countSkips, deriveBlocks, type LeafSkip, readBlocks } from '@besure/ledger-log';
import type { LogStore } from '@besure/log-store';
import type { Sha256, TreeHead } from '@besure/protocol';
import {
  type ChainState,
  type Leaf,
  readChainState,
  takenSlots,
  takeSlots,
  writeChainState,
} from './chain-rows.js';
import type { CheckpointSigning } from './checkpoint-signing.js';
import { isToSign } from './late-signing.js';
import { lateSeconds } from './slots/slot-times.js';

/** What taking in final blocks needs. */
export interface TakingContext {
  readonly charter: Charter;
  readonly log: LogStore;
  readonly signing: CheckpointSigning;
  /** Whether a checkpoint has the signatures that it needs to be published. */
  readonly suffices: (note: string) => boolean;
  readonly sha256: Sha256;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What became of a run of blocks. */
export interface Taken {
  readonly state: ChainState;
  /** Size of the newest checkpoint that was signed, null when this run brought none. */
  readonly checkpointSize: number | null;
  readonly skipped: ReadonlyMap<LeafSkip, number>;
}

/**
 * Takes in consecutive final blocks, in the transaction of their effects: leaves by the leaf rule, and checkpoints at the heights that the charter names. From
 * genesis, after a crash or one block behind it is the same code. Answers null when another instance has taken them in meanwhile.
 *
 * @param newestFinal the height of the last final block that the node has: how far behind these are
 */
export async function takeFinalBlocks(
  tx: Tx,
  context: TakingContext,
  blocks: readonly BlockAt[],
  newestFinal: number,
): Promise<Taken | null> {
  const { charter, log, sha256 } = context;
  const before = await readChainState(tx, 'FOR UPDATE');
  const last = blocks.at(-1);
  if (last === undefined || blocks[0]?.height !== before.height + 1) return null;

  const rule = leafRuleOf(charter);
  const read = readBlocks(rule, before.streams, blocks, sha256);
  const { size } = await log.head(tx);
  const isTaken = await takenSlots(tx, read.candidates);
  const derived = deriveBlocks(rule, { ...before, size }, read, isTaken);

  const due: DueCheckpoint[] = [];
  let waiting: Leaf[] = [];
  let head: TreeHead | null = null;
  const append = async (): Promise<TreeHead> => {
    if (head !== null && waiting.length === 0) return head;
    head = await log.append(
      tx,
      waiting.map((leaf) => leaf.entry),
    );
    await takeSlots(tx, waiting, head.size - waiting.length);
    waiting = [];
    return head;
  };
  let { dueHeight } = before;
  for (const { height, hash, time, leaves, isDue } of derived.blocks) {
    waiting.push(...leaves.map((leaf) => ({ ...leaf, lateSeconds: lateSeconds(charter, leaf.slot, time) })));
    if (!isDue) continue;
    const isSigned = isToSign({ height, previousDue: dueHeight, newestFinal }, rule.checkpointEvery);
    due.push({ head: await append(), hash, isSigned });
    dueHeight = height;
  }
  await append();

  const signed = due.filter((point) => point.isSigned);
  const signedAt =
    signed.length === 0 ? before.signedAt : Math.max(Math.floor(context.now() / 1000), before.signedAt);
  for (const point of signed) {
    await log.saveCheckpoint(
      tx,
      context.signing.sign({ origin: charter.log.origin, ...point.head }, signedAt),
      context.suffices,
    );
  }
  const newest = due.at(-1);
  const state: ChainState = {
    height: last.height,
    hash: last.block.header.hash,
    time: last.block.header.time,
    streams: derived.state.streams,
    dueSize: derived.state.dueSize,
    dueHeight,
    lockHash: newest?.hash ?? before.lockHash,
    signedAt,
  };
  await writeChainState(tx, state);
  return {
    state,
    checkpointSize: signed.at(-1)?.head.size ?? null,
    skipped: countSkips(derived.blocks),
  };
}

interface DueCheckpoint {
  readonly head: TreeHead;
  readonly hash: string;
  readonly isSigned: boolean;
}
