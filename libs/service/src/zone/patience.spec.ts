import type { Charter } from '@besure/governance';
import { describe, expect, it } from 'vitest';
import { answerMillis, countersignMillis } from './patience.js';

function charter(lengthMillis: number, countersignatureDeadlineSeconds: number): Charter {
  const slots = { base: 0, startMillis: 0, lengthMillis };
  return { slots, limits: { countersignatureDeadlineSeconds } } as Charter;
}

describe('how long an answer is waited for', () => {
  it.each([
    [250, 5000],
    [2000, 8000],
    [30_000, 10_000],
  ])('follows from slots of %i ms, within limits', (length, millis) => {
    expect(answerMillis(charter(length, 60))).toBe(millis);
  });

  it.each([
    [250, 10, 2500],
    [250, 60, 5000],
    [30_000, 60, 10_000],
    [30_000, 12, 3000],
    [30_000, 0, 2000],
  ])(
    'with slots of %i ms and %i s for a countersignature leaves time to ask again',
    (length, deadline, millis) => {
      expect(countersignMillis(charter(length, deadline))).toBe(millis);
    },
  );
});
