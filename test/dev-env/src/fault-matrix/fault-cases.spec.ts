import { expect, it } from 'vitest';
import type { FaultKind } from './fault-board.js';
import { type FaultCase, faultCases, oneCaseOfEach } from './fault-cases.js';

function stepsOf(cases: readonly FaultCase[]): string[] {
  return cases.map(({ step }) => step.name).toSorted();
}

it('every case has a name of its own', () => {
  const names = faultCases().map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

it('a day plays each step once, the same every day, and every kind of fault', () => {
  const daily = oneCaseOfEach();
  expect(stepsOf(daily)).toEqual([...new Set(stepsOf(faultCases()))]);
  expect(oneCaseOfEach().map(({ name }) => name)).toEqual(daily.map(({ name }) => name));
  const kinds = Map.groupBy(daily, ({ kind }) => kind);
  for (const kind of [
    'before',
    'after',
    'twice',
    'slow',
    'killed-before',
    'killed-after',
  ] satisfies FaultKind[])
    expect(kinds.get(kind)?.length ?? 0, kind).toBeGreaterThan(3);
});
