import { expect, it } from 'vitest';
import { FIRST_UNDER_WAY, mostUnderWay } from './bench.js';

/** A sampled event stands for a batch of 100. */
function completeAt(times: readonly number[]) {
  return times.map((time) => ({ organisation: 'alpha', evidence: 'e', acknowledgedAt: 0, completeAt: time }));
}

const NOW = 1_000_000;
const everyMillis = (millis: number, seconds: number): number[] =>
  Array.from({ length: (seconds * 1000) / millis }, (_, i) => NOW - seconds * 1000 + i * millis);

it('as many may be under way as become complete in ten seconds', () => {
  // 600 a second: a batch of 100 every sixth of a second.
  expect(mostUnderWay(completeAt(everyMillis(1000 / 6, 30)), NOW)).toBe(6000);
});

it('there are never fewer than at first, and nothing that is long ago counts', () => {
  expect(mostUnderWay([], NOW)).toBe(FIRST_UNDER_WAY);
  expect(mostUnderWay(completeAt(everyMillis(100, 30).map((time) => time - 60_000)), NOW)).toBe(
    FIRST_UNDER_WAY,
  );
});
