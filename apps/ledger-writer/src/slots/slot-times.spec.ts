import { describe, expect, it } from 'vitest';
import { gaps, slotsLookedAt } from './missing-items.js';
import { lastDueSlot, lateSeconds } from './slot-times.js';

const charter = { slots: { base: 100, startMillis: 1_000_000, lengthMillis: 300_000 } };

describe('an item', () => {
  // Slot 100 lasts from second 1000 to 1300.
  it.each([
    [100, 1000, 0],
    [100, 1300, 0],
    [100, 1600, 0],
    [100, 1601, 301],
    [102, 5000, 3100],
  ])('for slot %i in a block of second %i is late by %i s', (slot, time, seconds) => {
    expect(lateSeconds(charter, slot, time)).toBe(seconds);
  });

  it('is due when no block can have it in time any more', () => {
    expect([0, 1600, 1601, 1900, 1901].map((time) => lastDueSlot(charter, time))).toEqual([
      94, 99, 100, 100, 101,
    ]);
    for (const time of [1601, 1901, 2201]) {
      const due = lastDueSlot(charter, time);
      expect(lateSeconds(charter, due, time)).toBeGreaterThan(0);
      expect(lateSeconds(charter, due + 1, time)).toBe(0);
    }
  });

  it('of a slot shorter than a block takes has two seconds', () => {
    const fast = { slots: { base: 0, startMillis: 0, lengthMillis: 250 } };
    expect([2, 3].map((time) => lateSeconds(fast, 0, time))).toEqual([0, 2]);
    expect(lastDueSlot(fast, 10)).toBe(30);
  });
});

describe('the slots that are looked at', () => {
  const few = { base: 100, due: 9_000, members: 5 };
  const many = { base: 100, due: 9_000, members: 500 };

  it('are the newest where nothing is asked for, and those asked for as far as they are due', () => {
    expect(slotsLookedAt(few, {})).toEqual({ from: 8_901, to: 9_000 });
    expect(slotsLookedAt(few, { from: 0, to: 9_999 })).toEqual({ from: 100, to: 9_000 });
  });

  it('hold so many items that all can be read at once, and the rest is asked for after them', () => {
    expect(slotsLookedAt(many, { from: 1_000, to: 10_999 })).toEqual({ from: 1_000, to: 1_099 });
    expect(slotsLookedAt(many, { from: 1_100, to: 10_999 })).toEqual({ from: 1_100, to: 1_199 });
    expect(slotsLookedAt({ ...many, members: 5_000 }, {})).toEqual({ from: 8_991, to: 9_000 });
    expect(slotsLookedAt({ ...many, members: 1_000_000 }, {})).toEqual({ from: 9_000, to: 9_000 });
  });
});

describe('slots between those that are there', () => {
  it.each([
    [[], 5, 7, [{ from: 5, to: 7 }]],
    [[5, 6, 7], 5, 7, []],
    [
      [6],
      5,
      7,
      [
        { from: 5, to: 5 },
        { from: 7, to: 7 },
      ],
    ],
    [
      [4, 5, 9, 12],
      5,
      10,
      [
        { from: 6, to: 8 },
        { from: 10, to: 10 },
      ],
    ],
    [[], 8, 7, []],
  ])('%j in %i to %i', (slots, from, to, expected) => {
    expect(gaps(slots, from, to)).toEqual(expected);
  });
});
