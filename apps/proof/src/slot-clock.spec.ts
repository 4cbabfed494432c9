import type { Charter } from '@besure/governance';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SlotClock } from './slot-clock.js';

const START = 1_795_341_000_000;
const charter = { slots: { base: 7, startMillis: START, lengthMillis: 10_000 } } as Charter;

let clock: SlotClock;
let closed: number[];
let skew: number;

beforeEach(() => {
  vi.useFakeTimers({ now: START + 3000 });
  closed = [];
  skew = 0;
  clock = new SlotClock(
    charter,
    () => Date.now() + skew,
    (slot) => {
      closed.push(slot);
      return Promise.resolve();
    },
  );
});

afterEach(async () => {
  await clock.stop();
  vi.useRealTimers();
});

it('closes each slot once, when it is over', async () => {
  clock.start();
  await vi.advanceTimersByTimeAsync(6999);
  expect(closed).toEqual([]);
  await vi.advanceTimersByTimeAsync(20_100);
  expect(closed).toEqual([7, 8, 9]);
});

it.each([
  ['a year behind', -365 * 86_400_000],
  ['a minute behind', -60_000],
])('goes on a slot later where its clock was %s at one look', async (_what, wrong) => {
  skew = wrong;
  clock.start();
  skew = 0;
  await vi.advanceTimersByTimeAsync(40_000);
  expect(closed).toContain(9);
  expect(closed.at(-1)).toBe(10);
});

it('waits for the first slot of a network to be over', async () => {
  vi.setSystemTime(START - 25_000);
  clock.start();
  await vi.advanceTimersByTimeAsync(34_000);
  expect(closed).toEqual([]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(closed).toEqual([7]);
});
