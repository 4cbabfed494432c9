import type { Tx } from '@besure/event-store';
import { type Charter, isEnactment, isSetUp, type RightsState } from '@besure/governance';
import type { BlockAt, Streams } from '@besure/ledger-log';
import { changesIn } from './changes.js';
import { forgetUndone, keepUndecided } from './rows.js';

/** Hubs enact a decision once its block is final, and may need some blocks for it. */
const PATIENCE_BLOCKS = 50;

/** What the blocks are held against. */
export interface AuditContext {
  /** What the network begins with. */
  readonly first: Charter;
  /** As of the last of the blocks. */
  readonly state: RightsState | null;
  /** The height of the block in which the log of rights began; `null` where it has not. Up to it the chain is set up. */
  readonly began: number | null;
  readonly streams: Streams;
}

/**
 * Holds every change of the chain's own rights in consecutive final blocks, from the first one on, against what was decided, and keeps what was not. During set-up what was
 * given and taken back is forgotten; later it stays, as somebody had a right that nobody had decided on. Answers how many were found.
 */
export async function auditRights(
  tx: Tx,
  { first, state, began, streams }: AuditContext,
  blocks: readonly BlockAt[],
): Promise<number> {
  let found = 0;
  for (const change of changesIn(first, streams, blocks)) {
    const isInSetUp = began === null || change.height <= began;
    if (isInSetUp && !change.isGiven) {
      await forgetUndone(tx, change);
      continue;
    }
    const isDecided =
      isInSetUp || state === null
        ? isSetUp(first, change)
        : isEnactment(state, change, first.ledger.finalDepth + PATIENCE_BLOCKS);
    if (isDecided) continue;
    await keepUndecided(tx, change, isInSetUp);
    found += 1;
  }
  return found;
}
