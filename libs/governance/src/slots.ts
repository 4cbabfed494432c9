import type { Charter } from './charter.js';
import { CharterError } from './error.js';

/** The end of the year 9999: beyond it a moment has no RFC 3339 form. */
const LAST_MILLI = 253_402_300_799_999;

/** The slot in which a moment lies (milliseconds since 1970). Throws `before-first-slot`, `after-last-slot`. */
export function slotAt({ slots }: Pick<Charter, 'slots'>, millis: number): number {
  const passed = Math.floor((millis - slots.startMillis) / slots.lengthMillis);
  if (!(passed >= 0)) throw new CharterError('before-first-slot', 'the moment lies before the first slot');
  const slot = slots.base + passed;
  if (millis > LAST_MILLI || !Number.isSafeInteger(slot))
    throw new CharterError('after-last-slot', 'the moment lies after the last slot');
  return slot;
}

/**
 * The moment at which a slot starts, in milliseconds since 1970. It ends where the next one starts. The last slot is the one
 * that starts before the year 10000. Throws `before-first-slot`, `after-last-slot`.
 */
export function slotStartMillis({ slots }: Pick<Charter, 'slots'>, slot: number): number {
  if (!Number.isInteger(slot) || slot < slots.base) {
    throw new CharterError('before-first-slot', 'the slot lies before the first one');
  }
  const start = slots.startMillis + (slot - slots.base) * slots.lengthMillis;
  if (!Number.isSafeInteger(slot) || start > LAST_MILLI)
    throw new CharterError('after-last-slot', 'the slot lies after the last one');
  return start;
}

/** The `iat` of everything that is signed in a slot: its start, in whole seconds since 1970. */
export function slotIat(charter: Pick<Charter, 'slots'>, slot: number): number {
  return Math.floor(slotStartMillis(charter, slot) / 1000);
}

/**
 * Whether a slot starts within this second. Signatures carry no finer time: when a statement was signed would tell more
 * of a hidden moment than the ledger does.
 */
export function isSlotStart(charter: Pick<Charter, 'slots'>, second: number): boolean {
  try {
    return slotIat(charter, slotAt(charter, second * 1000 + 999)) === second;
  } catch {
    return false; // before the first slot
  }
}
