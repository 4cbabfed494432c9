import { type Charter, slotAt, slotIat } from '@besure/governance';

/**
 * Whether a slot starts within this second. Signatures carry no finer time: when a statement was signed would tell more
 * of a hidden moment than the ledger does.
 */
export function isSlotStart(charter: Charter, second: number): boolean {
  try {
    return slotIat(charter, slotAt(charter, second * 1000 + 999)) === second;
  } catch {
    return false; // before the first slot
  }
}
