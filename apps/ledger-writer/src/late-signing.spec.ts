import { describe, expect, it } from 'vitest';
import { isToSign } from './late-signing.js';

const EVERY = 4;

/** The heights that are signed of those at which checkpoints are due, by a hub that finds the ledger at `newestFinal`. */
function signed(due: readonly number[], newestFinal: number, from = -1): number[] {
  return due.filter((height, i) => isToSign({ height, previousDue: due[i - 1] ?? from, newestFinal }, EVERY));
}

const all = (count: number): number[] => Array.from({ length: count }, (_, i) => (i + 1) * EVERY);

describe('a hub signs', () => {
  it('every checkpoint that is due while it is up to date', () => {
    const due = all(300);
    for (const [i, height] of due.entries()) {
      const point = { height, previousDue: due[i - 1] ?? -1, newestFinal: height + EVERY - 1 };
      expect(isToSign(point, EVERY)).toBe(true);
    }
  });

  it('the recent 256, and of the older ones the first of each run of 64, when it catches up', () => {
    const newest = 1000 * EVERY;
    const recent = all(1000).slice(-256);
    const sparse = [EVERY, ...Array.from({ length: 11 }, (_, i) => (i + 1) * 64 * EVERY)];
    expect(signed(all(1000), newest)).toEqual([...sparse, ...recent]);
  });

  it('the same old ones whenever it catches up, from wherever', () => {
    const due = all(1000);
    const fromStart = signed(due, 950 * EVERY).filter((height) => height < 690 * EVERY);
    const resumed = signed(due.slice(500), 1000 * EVERY, due[499]).filter((height) => height < 690 * EVERY);
    expect(resumed).toEqual(fromStart.filter((height) => height > 500 * EVERY));
  });

  it('the next one that is due where a run has none at its beginning', () => {
    const due = [8, 70 * EVERY, 71 * EVERY, 190 * EVERY];
    expect(signed(due, 10_000 * EVERY)).toEqual([8, 70 * EVERY, 190 * EVERY]);
  });
});
