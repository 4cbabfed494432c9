import { expect, it } from 'vitest';
import { Staleness } from './staleness.js';

it('counts hubs that show an old state for long while the log goes on', () => {
  const staleness = new Staleness(100);
  expect(staleness.see('hub', 5, 5, 0)).toBe(0);
  // Nothing new anywhere: it is not behind.
  expect(staleness.see('hub', 5, 5, 500)).toBe(0);
  expect(staleness.see('hub', 5, 6, 501)).toBe(0);
  expect(staleness.see('hub', 5, 7, 599)).toBe(0);
  expect(staleness.see('hub', 5, 8, 600)).toBe(1);
  expect(staleness.see('hub-2', 3, 8, 600)).toBe(1);
  expect(staleness.see('hub-2', 3, 8, 700)).toBe(2);
  // Going on counts, though it is still behind; and so does an older state as standing still.
  expect(staleness.see('hub', 6, 8, 701)).toBe(1);
  expect(staleness.see('hub', 2, 8, 801)).toBe(2);
  expect(staleness.see('hub-2', 8, 8, 802)).toBe(1);
});
