import { expect, it } from 'vitest';
import { type FewAndAll, grownOf } from './held-memory.js';

const IDENTITY = 64;
const held = (growth: number): FewAndAll => ({
  few: { heap: 50_000_000, rss: 0 },
  all: { heap: 50_000_000 + growth, rss: 0 },
});

it.each([
  [50_000, 1_130_000, 6_200_000],
  [1_000_000, 1_790_000, 14_600_000],
])('what comes and goes with %i events is nothing that a queue is held in', (events, atRest, atWork) => {
  const memory = {
    'alpha-intake': { waiting: held(atRest), working: held(atRest) },
    'alpha-proof': { waiting: null, working: held(atWork) },
    'alpha-archive': { waiting: held(atRest), working: held(atWork) },
  };
  expect(grownOf(memory, events)).toEqual([]);
});

it.each([50_000, 1_000_000])('a list of identities is seen, of %i events', (events) => {
  const list = held((events / 2) * IDENTITY);
  const memory = {
    'alpha-intake': { waiting: list, working: held(0) },
    // Of the statements and the exchange's copies of them: an archive that has just begun holds as much code for the first time.
    'alpha-archive': { waiting: held(events * IDENTITY), working: held(0) },
    'hub-ledger-writer': { waiting: held(0), working: list },
  };
  expect(grownOf(memory, events)).toEqual(Object.keys(memory));
});

it('a list of identities is seen at work in those who tell of statements, with 1,000,000 events; and of 50,000 the statements', () => {
  const holding = (bytes: number): Parameters<typeof grownOf>[0] => ({
    'alpha-proof': { waiting: null, working: held(bytes) },
  });
  expect(grownOf(holding(500_000 * IDENTITY), 1_000_000)).toEqual(['alpha-proof']);
  expect(grownOf(holding(25_000 * 4000), 50_000)).toEqual(['alpha-proof']);
});
