import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { withShiftedClock } from './clocks.js';

const PROGRAM = `
const moments = [Date.now(), new Date().getTime(), Date.parse(Date()), Date.parse(new Date().toISOString())];
const fixed = [new Date(5).getTime(), Date.UTC(1970, 0, 2), new Date('1970-01-02').getTime(), new Date(1970, 0, 2).getFullYear()];
console.log(JSON.stringify({ moments, fixed, isDate: new Date() instanceof Date && new (class extends Date {})() instanceof Date }));
`;

function run(shiftMillis: number): { moments: number[]; fixed: number[]; isDate: boolean } {
  const { nodeArguments, environment } = withShiftedClock(shiftMillis);
  const text = execFileSync(process.execPath, [...nodeArguments, '--eval', PROGRAM], {
    env: environment,
    encoding: 'utf8',
  });
  return JSON.parse(text) as ReturnType<typeof run>;
}

it.each([90_000_000, -90_000_000])('a process is %d ms off, and dates that are given are not', (shift) => {
  const [before, { moments, fixed, isDate }, after] = [Date.now(), run(shift), Date.now()];
  for (const moment of moments) {
    // A date as a text has no milliseconds.
    expect(moment - shift).toBeGreaterThan(before - 1000);
    expect(moment - shift).toBeLessThanOrEqual(after);
  }
  expect(fixed).toEqual([5, 86_400_000, 86_400_000, 1970]);
  expect(isDate).toBe(true);
});
