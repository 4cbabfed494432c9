import type { Tx } from '@besure/event-store';
import type { Charter, RightsState } from '@besure/governance';
import { type BlockAt, deriveRights } from '@besure/ledger-log';
import { parseRightsEntry, type Sha256 } from '@besure/protocol';
import type { ChainState } from '../chain-rows.js';
import { type Extended, type ExtendingContext, extendLog } from '../extend-log.js';
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
  readonly dueSize: number;
  /** The height of the block in which the log began; `null` where it has not. */
  readonly began: number | null;
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
  const { charter, log, replayed } = context;
  const { streams } = charter.ledger;
  const { checkpointEvery } = charter.log;
  const { size } = await log.head(tx);
  const derived = deriveRights(
    { streams, checkpointEvery },
    { streams: before.streams, size, dueSize: before.rightsDueSize },
    blocks,
    sha256,
  );
  // First what was decided: a hub that one of these blocks admits signs the checkpoint after it, and one that it removes does not.
  const entries = derived.blocks.flatMap((block) => block.entries);
  const state = await replayed.extend(tx, size, entries);
  const now = state?.charter ?? charter;
  const extended = await extendLog(tx, context, derived.blocks, {
    ...at,
    charter: now,
    checkpointEvery,
    previousDue: before.rightsDueHeight,
  });
  await forgetOutgoing(
    tx,
    entries.map((entry) => sha256(parseRightsEntry(entry).item)),
  );
  const began = before.rightsBegan ?? (state === null ? null : replayed.beginningIn(entries));
  return { ...extended, dueSize: derived.dueSize, state, began, charter: now };
}
