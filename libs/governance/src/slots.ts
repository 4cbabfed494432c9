import type { Charter } from './charter.js';
import { CharterError } from './error.js';

/** The slot in which a moment lies (milliseconds since 1970). Throws `before-first-slot`. */
export function slotAt({ slots }: Pick<Charter, 'slots'>, millis: number): number {
  const passed = Math.floor((millis - slots.startMillis) / slots.lengthMillis);
  if (!(passed >= 0)) throw new CharterError('before-first-slot', 'the moment lies before the first slot');
  return slots.base + passed;
}

/** The moment at which a slot starts, in milliseconds since 1970. It ends where the next one starts. */
export function slotStartMillis({ slots }: Pick<Charter, 'slots'>, slot: number): number {
  if (!Number.isSafeInteger(slot) || slot < slots.base) {
    throw new CharterError('before-first-slot', 'the slot lies before the first one');
  }
  return slots.startMillis + (slot - slots.base) * slots.lengthMillis;
}

/** The `iat` of everything that is signed in a slot: its start, in whole seconds since 1970. */
export function slotIat(charter: Pick<Charter, 'slots'>, slot: number): number {
  return Math.floor(slotStartMillis(charter, slot) / 1000);
}
