import { expect, it } from 'vitest';
import { pauseAfter } from './backoff.js';

it('pauses double up to the largest, varied downwards by up to a half', () => {
  const backoff = { firstMillis: 100, largestMillis: 1_000 };
  expect([1, 2, 3, 4, 5, 500].map((failures) => pauseAfter(backoff, failures, () => 1))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
  expect(pauseAfter(backoff, 2, () => 0)).toBe(100);
});
