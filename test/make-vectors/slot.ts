import type { Vector } from './vector.ts';

interface Slots {
  readonly base: number;
  readonly startMillis: number;
  readonly lengthMillis: number;
}

const START = 1_795_341_000_000;
const PRODUCTION: Slots = { base: 500, startMillis: START, lengthMillis: 300_000 };
/** Slots that start in the middle of a second. */
const HALF: Slots = { ...PRODUCTION, startMillis: START + 500 };
/** Four slots in each second. */
const SHORT: Slots = { ...PRODUCTION, lengthMillis: 250 };
/** No multiple of a second: the starts wander within the seconds. */
const ODD: Slots = { ...PRODUCTION, lengthMillis: 1500 };
const LAST_NUMBER: Slots = { ...PRODUCTION, base: Number.MAX_SAFE_INTEGER };
const FROM_1970: Slots = { base: 0, startMillis: 0, lengthMillis: 7 };
const LAST_MILLI = 253_402_300_799_999;
const IAT = START / 1000;

function valid(name: string, comment: string, slots: Slots, content: object): Vector {
  return { format: 'slot', kind: 'valid', name, content: { comment, slots, ...content } };
}

function invalid(name: string, comment: string, slots: Slots, code: string, content: object): Vector {
  return { format: 'slot', kind: 'invalid', name, content: { comment, slots, ...content, error: { code } } };
}

/** Moments, slots and seconds, and how they belong to one another. */
export function slotCases(): Vector[] {
  const [before, after, none] = ['before-first-slot', 'after-last-slot', 'signing-time-invalid'] as const;
  return [
    valid('moment-first', 'The first moment of the first slot.', PRODUCTION, {
      moment: START,
      slot: 500,
      start: START,
      iat: IAT,
    }),
    valid('moment-last-of-slot', 'The last moment of a slot.', PRODUCTION, {
      moment: START + 299_999,
      slot: 500,
      start: START,
      iat: IAT,
    }),
    valid('moment-next-slot', 'The first moment of the next slot.', PRODUCTION, {
      moment: START + 300_000,
      slot: 501,
      start: START + 300_000,
      iat: IAT + 300,
    }),
    valid(
      'moment-half-second',
      'Slots that start in the middle of a second: its beginning is the iat.',
      HALF,
      {
        moment: START + 300_500,
        slot: 501,
        start: START + 300_500,
        iat: IAT + 300,
      },
    ),
    valid('moment-short-slot', 'Slots shorter than a second share an iat.', SHORT, {
      moment: START + 999,
      slot: 503,
      start: START + 750,
      iat: IAT,
    }),
    valid('moment-last-slot', 'The end of the year 9999, in exact arithmetic.', FROM_1970, {
      moment: LAST_MILLI,
      slot: 36_200_328_685_714,
      start: 253_402_300_799_998,
      iat: 253_402_300_799,
    }),
    valid('moment-largest-number', 'The slot of the largest number.', LAST_NUMBER, {
      moment: START,
      slot: Number.MAX_SAFE_INTEGER,
      start: START,
      iat: IAT,
    }),
    valid('slot-first', 'The first slot.', HALF, { slot: 500, start: START + 500, iat: IAT }),
    valid('slot-far', 'A slot a century later.', PRODUCTION, {
      slot: 500 + 10_519_200,
      start: START + 10_519_200 * 300_000,
      iat: IAT + 10_519_200 * 300,
    }),
    valid('slot-last', 'The last slot that starts before the year 10000.', FROM_1970, {
      slot: 36_200_328_685_714,
      start: 253_402_300_799_998,
      iat: 253_402_300_799,
    }),
    valid('second-first', 'The iat of the first slot.', PRODUCTION, { second: IAT }),
    valid('second-half', 'The second in the middle of which a slot starts.', HALF, { second: IAT + 300 }),
    valid('second-short-slots', 'Where slots are short, every second is an iat.', SHORT, {
      second: IAT + 77,
    }),
    valid('second-odd', 'A slot starts half a second after it.', ODD, { second: IAT + 1 }),
    valid('second-odd-skipped', 'A slot starts with it.', ODD, { second: IAT + 3 }),
    valid('second-last', 'The last second of the year 9999.', SHORT, { second: 253_402_300_799 }),

    invalid('moment-before-first', 'A millisecond before the first slot.', PRODUCTION, before, {
      moment: START - 1,
    }),
    invalid('moment-after-last', 'After the year 9999.', SHORT, after, { moment: LAST_MILLI + 1 }),
    invalid('moment-number-too-large', 'The slot would have the number 2^53.', LAST_NUMBER, after, {
      moment: START + 300_000,
    }),
    invalid('slot-before-first', 'A slot before the first one.', PRODUCTION, before, { slot: 499 }),
    invalid('slot-after-last', 'A slot that starts after the year 9999.', FROM_1970, after, {
      slot: 36_200_328_685_715,
    }),
    invalid('slot-far-beyond', 'A slot whose start is above 2^53.', PRODUCTION, after, {
      slot: Number.MAX_SAFE_INTEGER,
    }),
    invalid('second-within', 'A second within a slot: finer than it may tell.', PRODUCTION, none, {
      second: IAT + 1,
    }),
    invalid('second-before-start', 'The second before the one in which a slot starts.', HALF, none, {
      second: IAT + 299,
    }),
    invalid('second-after-start', 'The slot started in the second before it.', HALF, none, {
      second: IAT + 301,
    }),
    invalid('second-odd', 'No slot starts in it: the one before starts a second earlier.', ODD, none, {
      second: IAT + 2,
    }),
    invalid('second-before-first', 'Before the first slot.', SHORT, none, { second: IAT - 1 }),
  ];
}
