import { type Charter, isSlotStart, slotAt, slotIat, slotStartMillis } from '@besure/governance';

type Content = Readonly<Record<string, unknown>>;

/** What a reader does with a moment, a slot, or a second that must be the `iat` of a slot. */
export function readSlot({ slots, moment, slot, second }: Content): Content {
  const charter = { slots } as Charter;
  if (second !== undefined) {
    if (isSlotStart(charter, second as number)) return {};
    throw Object.assign(new Error('no slot starts in this second'), { code: 'signing-time-invalid' });
  }
  const found = moment === undefined ? (slot as number) : slotAt(charter, moment as number);
  return { slot: found, start: slotStartMillis(charter, found), iat: slotIat(charter, found) };
}
