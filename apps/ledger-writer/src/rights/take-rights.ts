import type { Tx } from '@besure/event-store';
import { type Charter, nodeKeyHashesOf, type RightsState } from '@besure/governance';
import { type BlockAt, deriveRights, type RightsLogState } from '@besure/ledger-log';
import { parseRightsEntry, type Sha256 } from '@besure/protocol';
import type { ChainState } from '../chain-rows.js';
import { type Extended, type ExtendingContext, extendLog } from '../extend-log.js';
import { keepSkipped } from '../skipped-items/rows.js';
import type { ReplayedRights } from './replayed.js';
import { forgetOutgoing } from './rows.js';

/** What taking in the log of rights needs. */
export interface RightsContext extends ExtendingContext {
  /** What the network begins with, as this hub was given it. */
  readonly charter: Charter;
  readonly replayed: ReplayedRights;
}

/** What came of the log of rights. */
export interface TakenRights extends Extended {
  /** As of the last of the blocks, with what was in force before. */
  readonly charter: Charter;
  readonly state: RightsState | null;
  readonly log: RightsLogState;
  /** The height of the block in which the log of rights began; `null` where it has not. */
  readonly began: number | null;
  /** How many items of the stream are no entries. */
  readonly skipped: number;
}

/** Appends what consecutive final blocks add to the log of rights, and replays it. */
export async function takeRights(
  tx: Tx,
  context: RightsContext,
  before: ChainState,
  blocks: readonly BlockAt[],
  at: { readonly newestFinal: number; readonly seconds: number },
  sha256: Sha256,
): Promise<TakenRights> {
  const { charter: first, replayed } = context;
  const { checkpointEvery } = first.log;
  const { size } = await context.log.head(tx);
  let state = await replayed.read(tx, size);
  let log: RightsLogState = {
    streams: before.streams,
    size,
    dueSize: before.rightsDueSize,
    rooms: before.rightsRooms,
  };
  let began = before.rightsBegan;
  // Block by block: who is a hub in one of them, those below it say.
  const derived = blocks.map((block) => {
    const rule = { streams: first.ledger.streams, checkpointEvery, isNode: isNodeIn(state) };
    const one = deriveRights(rule, log, block, sha256);
    log = one.state;
    state = replayed.extend(state, one.entries);
    if (state !== null) began ??= block.height;
    return one;
  });
  await replayed.keep(tx, log.size, state);
  // First what was decided: a hub that one of these blocks admits signs the checkpoint after it, and one that it removes does not.
  const charter = state?.charter ?? first;
  const extended = await extendLog(tx, context, derived, {
    ...at,
    charter,
    checkpointEvery,
    previousDue: before.rightsDueHeight,
  });
  const entries = derived.flatMap((block) => block.entries);
  await forgetOutgoing(
    tx,
    entries.map((entry) => sha256(parseRightsEntry(entry).item)),
  );
  const skipped = await keepSkipped(tx, derived, blocks);
  return { ...extended, log, state, began, charter, skipped };
}

/** Works the nodes out where one is asked for, once for a block: most blocks have no item, and anyone may write one with thousands. */
function isNodeIn(state: RightsState | null): (publisher: string) => boolean {
  let nodes: ReadonlySet<string> | null = null;
  return (publisher) => {
    if (state === null) return false;
    nodes ??= nodeKeyHashesOf(state.charter);
    return nodes.has(publisher);
  };
}
