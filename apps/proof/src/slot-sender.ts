import type { EventStore } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import { parseTransaction } from '@besure/ledger-tx';
import { decodeHex } from '@besure/protocol';
import type { HubClient } from './hub-client.js';
import type { SendingPace } from './sending-pace.js';
import { concernsInput, evolveSlotChain, judgeRefusal, type PendingSlot } from './slot-chain.js';
import { type ClosingContext, signSlot } from './slot-closer.js';
import { markSubmitted, readSlotChain, slotsToSend, writeSlotEvent } from './slot-rows.js';

/** What sending signed slots needs. */
export interface SendingContext extends ClosingContext {
  readonly store: EventStore;
  readonly hub: HubClient;
  readonly now: () => number;
  /** After this long without having become final, the same bytes are sent again, through the next hub. */
  readonly resendMillis: number;
  readonly pace: SendingPace;
  /** Slots have not become final in that time; each is told once. */
  readonly onOverdue: (slots: readonly number[]) => void;
  /** What the ledger refuses, and will be sent again later; null when it takes things again. */
  readonly onRefused: (refusal: { readonly slot: number; readonly code: string } | null) => void;
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
 * Any other refusal is waited out: nothing that could be signed would be taken either.
 *
 * @returns how many transactions the ledger took
 * @throws ProofError `hub-unreachable`
 */
export async function sendSlots(context: SendingContext): Promise<number> {
  const { store, hub, now, pace } = context;
  if (pace.isWaiting(now())) return 0;
  const due = await slotsDue(context);
  if (due.length === 0) return 0;
  const results = await hub.submit(due.map((one) => one.raw));
  const refusedAt = results.findIndex((one) => 'code' in one);
  const taken = due.slice(0, refusedAt < 0 ? due.length : refusedAt);
  if (taken.length > 0) {
    const txids = taken.map((one) => one.txid);
    await store.transaction((tx) => markSubmitted(tx, txids, now()));
  }
  if (refusedAt >= 0) await settleRefusal(context);
  else allTaken(context);
  return taken.length;
}

/** What was never sent, and what is overdue as often as it may be sent again. */
async function slotsDue({ store, hub, now, resendMillis, pace, onOverdue }: SendingContext) {
  const found = await store.transaction((tx) => slotsToSend(tx, now() - resendMillis, GROUP));
  const overdue = found.filter((one) => one.isOverdue).map((one) => one.slot);
  if (!pace.mayResend(now(), overdue.length > 0, resendMillis, hub.hubs)) {
    return found.filter((one) => !one.isOverdue);
  }
  // Whoever took them may have swallowed them.
  hub.turnToNext();
  const fresh = pace.toWarnOf(overdue);
  if (fresh.length > 0) onOverdue(fresh);
  return found;
}

function allTaken({ pace, onRefused }: SendingContext): void {
  if (pace.taken()) onRefused(null);
}

/**
 * The ledger refused something. Before anything is signed again, everything that is not final goes to each hub once more in order, beginning with the
 * one that refused: it may only lack what another hub has. Only where every hub refuses for its input is it signed again: a hub that is not to be
 * reached may hold what the others lack, and is waited for as long as an item may take. Should it come back after that with the first transaction,
 * both may stand in the ledger: they have the same slot and root, and the log takes the first item of a slot.
 */
async function settleRefusal(context: SendingContext): Promise<void> {
  const { store, hub, now, pace, onRefused } = context;
  const pending = await store.transaction((tx) => slotsToSend(tx, now() + 1, GROUP));
  const raws = pending.map((one) => one.raw);
  let refusal: { readonly slot: PendingSlot; readonly code: string } | undefined;
  let mayResign = true;
  const answered: number[] = [];
  for (const place of hub.places()) {
    // Whatever went wrong with it, this hub has not answered.
    const results = await hub.submitTo(place, raws).catch(() => null);
    const at = results?.findIndex((one) => 'code' in one) ?? -1;
    const result = results?.[at];
    const slot = pending[at];
    if (results !== null && slot === undefined) {
      pace.silence(place, true, now());
      hub.turnTo(place);
      const txids = pending.map((one) => one.txid);
      await store.transaction((tx) => markSubmitted(tx, txids, now()));
      return allTaken(context);
    }
    if (slot === undefined || result === undefined || !('code' in result)) {
      if (pace.silence(place, false, now()) <= context.resendMillis) mayResign = false;
      continue;
    }
    pace.silence(place, true, now());
    answered.push(place);
    if (!concernsInput(result.code)) mayResign = false;
    // The earliest is what the others follow; of two codes for it, the one that keeps it from being signed again says more.
    if (refusal === undefined || slot.slot < refusal.slot.slot || !concernsInput(result.code)) {
      refusal = { slot, code: result.code };
    }
  }
  pace.refused(now());
  if (refusal === undefined) return;
  onRefused({ slot: refusal.slot.slot, code: refusal.code });
  if (mayResign) await judgeAndSignAgain(context, refusal.slot, answered);
}

/** Each hub shows what can be spent: one of them that shows a pending transaction's output is enough for it to be there. */
async function judgeAndSignAgain(
  context: SendingContext,
  refused: PendingSlot,
  answered: readonly number[],
): Promise<void> {
  const { store, hub, now } = context;
  const views = await Promise.all(answered.map((place) => hub.outputsAt(place)));
  const [first] = views;
  if (first === undefined) return;
  const outputs = views.flatMap((view) => view.outputs);
  await store.transaction(async (tx) => {
    const { chain, version } = await readSlotChain(tx);
    const spent = chain.pending.flatMap(({ raw }) => parseTransaction(decodeHex(raw)).inputs);
    const judged = judgeRefusal(chain.pending, refused, outputs, spent);
    if (judged.type === 'accepted') await markSubmitted(tx, [refused.txid], now());
    if (judged.type !== 'void') return;
    let state = { ...chain, tip: judged.input };
    let at = version;
    for (const { slot, root } of chain.pending.filter((one) => one.slot >= refused.slot)) {
      const signed = signSlot(context, first.streamEntity, {
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
