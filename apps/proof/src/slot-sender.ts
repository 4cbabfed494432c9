import type { EventStore } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import { decodeHex } from '@besure/protocol';
import type { HubClient } from './hub-client.js';
import { evolveSlotChain, judgeRefusal, type PendingSlot } from './slot-chain.js';
import { type ClosingContext, signSlot } from './slot-closer.js';
import { markSubmitted, readSlotChain, slotsToSend, writeSlotEvent } from './slot-rows.js';

/** What sending signed slots needs. */
export interface SendingContext extends ClosingContext {
  readonly store: EventStore;
  readonly hub: HubClient;
  readonly now: () => number;
  /** After this long without having become final, the same bytes are sent again, through the next hub. */
  readonly resendMillis: number;
  /** Slots have not become final in that time. */
  readonly onOverdue: (slots: readonly number[]) => void;
}

/** How long the item of a closed slot may take to stand in the log before it is sent through another hub, and shown as late. */
export function overdueMillis({ slots }: Pick<Charter, 'slots'>): number {
  return Math.max(slots.lengthMillis * 3, 5000);
}

/** As many transactions as one request carries. */
const GROUP = 50;

/**
 * Brings signed slots to the ledger: the same bytes until they are final, oldest first. Where the ledger refuses one because
 * its input has become void, the same slot and root are signed again on another input; only another root would be a lie.
 *
 * @returns how many transactions the ledger took
 * @throws ProofError `hub-unreachable`
 */
export async function sendSlots(context: SendingContext): Promise<number> {
  const { store, hub, now } = context;
  const due = await store.transaction((tx) => slotsToSend(tx, now() - context.resendMillis, GROUP));
  if (due.length === 0) return 0;
  const overdue = due.filter((one) => one.isOverdue).map((one) => one.slot);
  if (overdue.length > 0) {
    // Whoever took them may have swallowed them.
    hub.turnToNext();
    context.onOverdue(overdue);
  }
  const results = await hub.submit(due.map((one) => one.raw));
  const refusedAt = results.findIndex((one) => 'code' in one);
  const taken = due.slice(0, refusedAt < 0 ? due.length : refusedAt);
  if (taken.length > 0) {
    const txids = taken.map((one) => one.txid);
    await store.transaction((tx) => markSubmitted(tx, txids, now()));
  }
  if (refusedAt >= 0) await settleRefusal(context);
  return taken.length;
}

/**
 * The ledger refused something. Before anything is signed again, everything that is not final goes to each hub once more in order, beginning with the
 * one that refused: it may only lack what another hub has. What all refuse is judged by the outputs that the last one shows.
 */
async function settleRefusal(context: SendingContext): Promise<void> {
  const { store, hub, now } = context;
  const pending = await store.transaction((tx) => slotsToSend(tx, now() + 1, GROUP));
  let refused: PendingSlot | undefined;
  for (let asked = 1; ; asked += 1) {
    const results = await hub.submit(pending.map((one) => one.raw));
    refused = pending[results.findIndex((one) => 'code' in one)];
    if (refused === undefined) {
      const txids = pending.map((one) => one.txid);
      return store.transaction((tx) => markSubmitted(tx, txids, now()));
    }
    if (asked >= hub.hubs) break;
    hub.turnToNext();
  }
  await judgeAndSignAgain(context, refused);
}

async function judgeAndSignAgain(context: SendingContext, refused: PendingSlot): Promise<void> {
  const { store, hub, now } = context;
  const { outputs, streamEntity } = await hub.outputs();
  await store.transaction(async (tx) => {
    const { chain, version } = await readSlotChain(tx);
    const judged = judgeRefusal(chain.pending, refused, outputs);
    if (judged.type === 'accepted') await markSubmitted(tx, [refused.txid], now());
    if (judged.type !== 'void') return;
    let state = { ...chain, tip: judged.input };
    let at = version;
    for (const { slot, root } of chain.pending.filter((one) => one.slot >= refused.slot)) {
      const signed = signSlot(context, streamEntity, {
        type: 'SlotSignedAgain',
        slot,
        root: decodeHex(root),
        input: state.tip,
      });
      state = { ...evolveSlotChain(state, signed), tip: signed.change };
      await writeSlotEvent(store, tx, state, at++, signed);
    }
  });
}
