/**
 * The member's chain of ledger transactions as a decider: each slot's item spends the change of the one before.
 * The stream's expected version is the lease: of two instances that sign for the same slot only one commits, and what the
 * other signed never leaves its process.
 */

/** An output of the member's own address that the next item can spend. `script` in hex. */
export interface Spendable {
  readonly txid: string;
  readonly vout: number;
  readonly script: string;
}

/** A slot whose item is signed and not yet seen in the ledger log. `raw` and `root` in hex. */
export interface PendingSlot {
  readonly slot: number;
  readonly root: string;
  readonly txid: string;
  readonly raw: string;
}

/** What is known of the chain: the last slot ever signed for, what is still under way in slot order, and the output to go on from. */
export interface SlotChain {
  readonly lastSlot: number | null;
  readonly pending: readonly PendingSlot[];
  readonly tip: Spendable | null;
}

/** An item was signed for a slot, for the first time or again on another input; always with the same root. */
export interface SlotSigned {
  readonly type: 'SlotSigned' | 'SlotSignedAgain';
  readonly slot: number;
  readonly root: string;
  readonly input: { readonly txid: string; readonly vout: number };
  readonly txid: string;
  readonly raw: string;
  readonly change: Spendable;
}

/** The slot's item stands in the ledger log under a quorate checkpoint. */
export interface SlotFinal {
  readonly type: 'SlotFinal';
  readonly slot: number;
  readonly leaf: number;
}

export type SlotEvent = SlotSigned | SlotFinal;

export const initialSlotChain: SlotChain = { lastSlot: null, pending: [], tip: null };

/** Applies one event. Events of a slot that is no longer pending change nothing. */
export function evolveSlotChain(state: SlotChain, event: SlotEvent): SlotChain {
  switch (event.type) {
    case 'SlotSigned':
      return {
        lastSlot: event.slot,
        pending: [...state.pending, pendingOf(event)],
        tip: event.change,
      };
    case 'SlotSignedAgain':
      return {
        ...state,
        pending: state.pending.map((one) => (one.slot === event.slot ? pendingOf(event) : one)),
        tip: event.change,
      };
    case 'SlotFinal':
      return { ...state, pending: state.pending.filter((one) => one.slot !== event.slot) };
  }
}

function pendingOf({ slot, root, txid, raw }: SlotSigned): PendingSlot {
  return { slot, root, txid, raw };
}

/** Whether a slot may be closed now: once, in order, and only when it is over. Missed slots stay missing. */
export function mayClose(state: SlotChain, slot: number): boolean {
  return state.lastSlot === null || slot > state.lastSlot;
}

/** Refusals that say of the input that it is gone or never came. All others say nothing of it: another input would be refused the same way. */
const OF_INPUTS: ReadonlySet<string> = new Set(['inputs-spent', 'missing-inputs']);

/** Whether signing again on another input may help against a refusal. */
export function concernsInput(code: string): boolean {
  return OF_INPUTS.has(code);
}

/**
 * Finds out from the outputs that the ledger holds for the member's address what became of a pending chain after the ledger
 * refused one of its transactions.
 *
 * @param spent what pending transactions spend: no other input than they have
 * @returns `accepted` where an output of a pending transaction is there, so that the ledger has it and only time is needed;
 *   `void` with the output to sign again on; `nothing` where the ledger shows no output to go on from
 */
export function judgeRefusal(
  pending: readonly PendingSlot[],
  refused: PendingSlot,
  outputs: readonly Spendable[],
  spent: readonly Pick<Spendable, 'txid' | 'vout'>[],
): { type: 'accepted' } | { type: 'void'; input: Spendable } | { type: 'nothing' } {
  const from = pending.findIndex((one) => one.slot === refused.slot);
  const later = new Set(pending.slice(from < 0 ? 0 : from).map((one) => one.txid));
  if (outputs.some((output) => later.has(output.txid))) return { type: 'accepted' };
  const input = outputs.find(
    (output) => !spent.some((one) => one.txid === output.txid && one.vout === output.vout),
  );
  return input === undefined ? { type: 'nothing' } : { type: 'void', input };
}
