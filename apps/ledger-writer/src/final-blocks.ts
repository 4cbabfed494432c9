import type { Tx } from '@besure/event-store';
import { leafRuleOf } from '@besure/governance';
import { type BlockAt, countSkips, deriveBlocks, type LeafSkip, readBlocks } from '@besure/ledger-log';
import type { Sha256 } from '@besure/protocol';
import {
  type ChainState,
  type Leaf,
  readChainState,
  takenSlots,
  takeSlots,
  writeChainState,
} from './chain-rows.js';
import { auditRights } from './native-rights/audit.js';
import { type ExtendingContext, extendLog } from './extend-log.js';
import { type RightsContext, type TakenRights, takeRights } from './rights/take-rights.js';
import { lateSeconds } from './slots/slot-times.js';

/** What taking in final blocks needs. */
export interface TakingContext extends ExtendingContext {
  readonly rights: RightsContext;
  readonly sha256: Sha256;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What became of a run of blocks. */
export interface Taken {
  readonly state: ChainState;
  /** Size of the newest checkpoint that was signed, null when this run brought none. */
  readonly checkpointSize: number | null;
  readonly rights: TakenRights;
  /** How many changes of the chain's own rights nobody had decided on. */
  readonly undecided: number;
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
  const { log, sha256 } = context;
  const before = await readChainState(tx, 'FOR UPDATE');
  const last = blocks.at(-1);
  if (last === undefined || blocks[0]?.height !== before.height + 1) return null;
  const seconds = Math.max(Math.floor(context.now() / 1000), before.signedAt);
  const at = { newestFinal, seconds };

  // First who may: a decision in one of these blocks says of each of them who is a member there.
  const rights = await takeRights(tx, context.rights, before, blocks, at, sha256);
  const rule = leafRuleOf(rights.charter);
  const { checkpointEvery } = rule;
  const read = readBlocks(rule, before.streams, blocks, sha256);
  const { size } = await log.head(tx);
  const isTaken = await takenSlots(tx, read.candidates);
  const derived = deriveBlocks(rule, { ...before, size }, read, isTaken);
  const { dueHeight, checkpointSize } = await extendLog(
    tx,
    context,
    derived.blocks.map(({ height, leaves, isDue }) => ({
      height,
      isDue,
      entries: leaves.map(({ entry }) => entry),
    })),
    { ...at, charter: rights.charter, checkpointEvery, previousDue: before.dueHeight },
  );
  const leaves = derived.blocks.flatMap(({ leaves: those, time }) =>
    those.map((leaf): Leaf => ({ ...leaf, lateSeconds: lateSeconds(rights.charter, leaf.slot, time) })),
  );
  await takeSlots(tx, leaves, size);

  const lastDue = derived.blocks.findLast(({ isDue }) => isDue);
  const undecided = await auditRights(
    tx,
    {
      first: context.rights.charter,
      state: rights.state,
      began: rights.began,
      streams: derived.state.streams,
    },
    blocks,
  );
  const hasSigned = checkpointSize !== null || rights.checkpointSize !== null;
  const state: ChainState = {
    height: last.height,
    hash: last.block.header.hash,
    time: last.block.header.time,
    streams: derived.state.streams,
    dueSize: derived.state.dueSize,
    dueHeight,
    rightsDueSize: rights.log.dueSize,
    rightsRooms: rights.log.rooms,
    rightsDueHeight: rights.dueHeight,
    rightsBegan: rights.began,
    lockHash: lastDue?.hash ?? before.lockHash,
    signedAt: hasSigned ? seconds : before.signedAt,
  };
  await writeChainState(tx, state);
  return { state, checkpointSize, rights, undecided, skipped: countSkips(derived.blocks) };
}
