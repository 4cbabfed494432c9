import type { EventStore } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import { parseTransaction } from '@besure/ledger-tx';
import { decodeHex, equalBytes } from '@besure/protocol';
import { type HubClient, mostTold } from './hub-client.js';
import type { SendingPace } from './sending-pace.js';
import { concernsInput, judgeRefusal, type PendingSlot } from './slot-chain.js';
import { type ClosingContext, isOfKey, signAgain } from './slot-closer.js';
import {
  markSubmitted,
  provenStreamEntity,
  readSlotChain,
  slotsToSend,
  streamEntityOf,
} from './slot-rows.js';

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

/** So many times as long as an item may take: for that long a slot is not signed again on the word of one hub against what another one says. */
const PATIENCE = 4;

/** A hub's refusal of what is for another stream than that of proofs: while nothing of this member is final, the stream is only what hubs have told. */
const OF_OTHER_STREAM = 'not-an-item';

interface Refusal {
  readonly slot: PendingSlot;
  readonly code: string;
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
 * reached may hold what the others lack, and is waited for as long as an item may take. So is what a hub says against it: that it took it, that the
 * ledger has it, that something else is wrong with it. If that is so, time will show it in the log; a hub that lies must not have the last word.
 * Should the first transaction come into the ledger after that, both may stand there: they have the same slot and root, and the log takes the first
 * item of a slot.
 */
async function settleRefusal(context: SendingContext): Promise<void> {
  const { store, hub, now, pace, onRefused } = context;
  const pending = await store.transaction((tx) => slotsToSend(tx, now() + 1, GROUP));
  const raws = pending.map((one) => one.raw);
  const slots = pending.map((one) => one.slot);
  const isStreamTold = (await store.transaction(provenStreamEntity)) === null;
  const mayHelp = (code: string): boolean =>
    concernsInput(code) || (isStreamTold && code === OF_OTHER_STREAM);
  const isOver = pace.refusedFor(slots, now()) > PATIENCE * context.resendMillis;
  let refusal: Refusal | undefined;
  let ofInput: Refusal | undefined;
  let takenBy: number | undefined;
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
      takenBy ??= place;
      if (isOver) continue;
      break;
    }
    if (slot === undefined || result === undefined || !('code' in result)) {
      if (pace.silence(place, false, now()) <= context.resendMillis && !isOver) mayResign = false;
      continue;
    }
    pace.silence(place, true, now());
    answered.push(place);
    if (!mayHelp(result.code)) {
      if (!isOver) mayResign = false;
    } else if (ofInput === undefined || slot.slot < ofInput.slot.slot) {
      ofInput = { slot, code: result.code };
    }
    // The earliest is what the others follow; of two codes for it, the one that keeps it from being signed again says more.
    if (refusal === undefined || slot.slot < refusal.slot.slot || !mayHelp(result.code)) {
      refusal = { slot, code: result.code };
    }
  }
  pace.refusedInput(ofInput?.slot.slot ?? null, slots, now());
  if (takenBy !== undefined && (!isOver || ofInput === undefined)) {
    hub.turnTo(takenBy);
    const txids = pending.map((one) => one.txid);
    await store.transaction((tx) => markSubmitted(tx, txids, now()));
    return allTaken(context);
  }
  pace.refused(now());
  if (refusal === undefined) return;
  onRefused({ slot: refusal.slot.slot, code: refusal.code });
  if (mayResign && ofInput !== undefined) await judgeAndSignAgain(context, ofInput, answered, isOver);
}

/** Each hub shows what can be spent: one of them that shows a pending transaction's output is enough for it to be there, as long as time may tell. */
async function judgeAndSignAgain(
  context: SendingContext,
  { slot: refused, code }: Refusal,
  answered: readonly number[],
  isOver: boolean,
): Promise<void> {
  const { store, hub, now, pace } = context;
  // One that shows nothing of use keeps nothing from being judged by what the others show.
  const shown = await Promise.all(answered.map((place) => hub.outputsAt(place).catch(() => null)));
  const views = pace.inTurn(shown.filter((view) => view !== null));
  const told = mostTold(views);
  // What a key signs that is not in force is in no block that counts; closing a slot signs it again once it is.
  if (told === null || context.publishesSince() === null) return;
  const outputs = views.flatMap((view) => view.outputs);
  await store.transaction(async (tx) => {
    const found = await readSlotChain(tx);
    const { chain } = found;
    if (!isOfKey(context, chain.tip?.script ?? null, found.since)) return;
    const streamEntity = (await provenStreamEntity(tx)) ?? told;
    const before = streamEntityOf(refused.raw);
    const isOtherStream = before === null || !equalBytes(before, streamEntity);
    if (code === OF_OTHER_STREAM && !isOtherStream) return;
    // What was written to a stream that is none spends nothing.
    const spent = isOtherStream
      ? []
      : chain.pending.flatMap(({ raw }) => parseTransaction(decodeHex(raw)).inputs);
    const own = new Set(isOver ? chain.pending.map((one) => one.txid) : []);
    const usable = outputs.filter((output) => !own.has(output.txid));
    const judged = judgeRefusal(chain.pending, refused, usable, spent);
    if (judged.type === 'accepted') await markSubmitted(tx, [refused.txid], now());
    if (judged.type !== 'void') return;
    pace.signedAgain();
    const again = chain.pending.filter((one) => one.slot >= refused.slot);
    await signAgain(context, tx, streamEntity, found, again, judged.input);
  });
}
