import { expect, it } from 'vitest';
import { FAULT_KINDS, type Fault, type FaultKind, type TargetKind } from './fault.js';
import { makeSchedule, occupiedBy } from './schedule.js';
import { targetsOf } from './targets.js';

const targets = targetsOf(1);
const SEEDS = Array.from({ length: 25 }, (_, at) => `seed ${at}`);

function scheduleOf(seed: string, millis: number, mostAtOnce = 2): Fault[] {
  return makeSchedule({ seed, millis, targets, mostAtOnce });
}

it('follows from the seed alone', () => {
  expect(scheduleOf('a', 300_000)).toEqual(scheduleOf('a', 300_000));
  expect(scheduleOf('a', 300_000)).not.toEqual(scheduleOf('b', 300_000));
});

it.each(SEEDS)('kills everything, and has all kinds of faults, within two minutes (%s)', (seed) => {
  const faults = scheduleOf(seed, 120_000);
  const killed = faults.filter(({ kind }) => kind === 'kill').map(({ target }) => target);
  expect(new Set(killed)).toEqual(new Set([...targets.service, ...targets.server]));
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(Object.keys(FAULT_KINDS)));
});

it('does everything that there is to everything that it can be done to, within six hours', () => {
  const done = scheduleOf('long', 21_600_000).map(({ kind, target }) => `${kind} ${target}`);
  const all = (Object.entries(FAULT_KINDS) as [FaultKind, readonly TargetKind[]][]).flatMap(([kind, kinds]) =>
    kinds.flatMap((of) => targets[of].map((target) => `${kind} ${target}`)),
  );
  expect(new Set(done)).toEqual(new Set(all));
});

it.each(SEEDS)('has never more at once than it may, and nothing under two faults (%s)', (seed) => {
  const mostAtOnce = 3;
  const faults = scheduleOf(seed, 600_000, mostAtOnce);
  const during = (moment: number): Fault[] =>
    faults.filter(({ at, millis }) => at <= moment && moment <= at + millis);
  const most = Math.max(...faults.map(({ at }) => during(at).length));
  expect(most).toBe(mostAtOnce);
  for (const { at } of faults) {
    const occupied = during(at).flatMap((fault) => occupiedBy(fault));
    expect(occupied).toHaveLength(new Set(occupied).size);
  }
});

it.each([20_000, 120_000, 600_000])('undoes everything within the run of %d ms', (millis) => {
  for (const seed of SEEDS) {
    const faults = scheduleOf(seed, millis);
    expect(faults.length).toBeGreaterThan(0);
    expect(Math.max(...faults.map((one) => one.at + one.millis))).toBeLessThan(millis);
    expect(faults.map(({ at }) => at)).toEqual(faults.map(({ at }) => at).toSorted((a, b) => a - b));
  }
});

it('sets clocks off by minutes, in both directions, and two of them by less than evidence may differ', () => {
  const shifts = SEEDS.flatMap((seed) => scheduleOf(seed, 600_000)).filter(({ kind }) => kind === 'clock');
  expect(shifts.every(({ shiftMillis }) => Math.abs(shiftMillis) >= 60_000)).toBe(true);
  expect(new Set(shifts.map(({ shiftMillis }) => Math.sign(shiftMillis)))).toEqual(new Set([1, -1]));
  const signing = shifts.filter(({ target }) => !target.endsWith('-intake'));
  expect(Math.max(...signing.map(({ shiftMillis }) => Math.abs(shiftMillis)))).toBeLessThan(300_000 / 2);
});

it('has each kind once in the twenty seconds of the gate', () => {
  const kinds = scheduleOf('gate-6243', 20_000, 3).map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(Object.keys(FAULT_KINDS)));
});
