import { Random } from '../load/random.js';
import { FAULT_KINDS, type Fault, type FaultKind, serviceOf, type TargetKind } from './fault.js';

/** What a schedule follows from, and nothing else: no clock, no chance but the seed's. */
export interface ScheduleOptions {
  readonly seed: string;
  /** All faults are undone by then. */
  readonly millis: number;
  readonly targets: Readonly<Record<TargetKind, readonly string[]>>;
  /** How many faults there are at the same time at most. */
  readonly mostAtOnce: number;
}

/** What a service needs to be there again after a fault: reckoned as part of it. */
const RECOVERY_MILLIS: Readonly<Record<FaultKind, number>> = {
  kill: 3000,
  freeze: 1000,
  restart: 3500,
  cut: 500,
  refuse: 500,
  silent: 1000,
  deaf: 1000,
  fill: 1500,
  clock: 6000,
};

/** How long a fault lasts, least and most; in short runs none takes more than its share of the run. */
const LASTING_MILLIS: Readonly<Record<FaultKind, readonly [number, number]>> = {
  kill: [100, 3000],
  freeze: [500, 8000],
  restart: [0, 0],
  cut: [0, 0],
  refuse: [500, 6000],
  silent: [1000, 12_000],
  deaf: [1000, 12_000],
  fill: [4000, 9000],
  clock: [4000, 20_000],
};
const LARGEST_SHARE = 1 / 5;
const GAP_MILLIS = [200, 2500] as const;

/** How often which kind comes once everything has been killed. */
const WEIGHTS: Readonly<Record<FaultKind, number>> = {
  kill: 25,
  freeze: 12,
  restart: 8,
  cut: 12,
  refuse: 10,
  silent: 10,
  deaf: 10,
  fill: 4,
  clock: 9,
};

/**
 * Two clocks that are off in opposite directions stay within the charter's tolerance (300 s): beyond that, evidence rightly counts no more. Intake's
 * clock decides nothing but what it takes, and is off by more than what it tolerates.
 */
const SHIFT_MILLIS = { intake: [310_000, 900_000], others: [60_000, 140_000] } as const;

type Draw = Pick<Fault, 'kind' | 'target'>;

interface Planned extends Fault {
  readonly until: number;
  readonly occupies: readonly string[];
}

/**
 * What is done to a network, and when, in the order of time: first something of each kind, then everything is killed once, then as the dice fall. Nothing is
 * under two faults at once. The same options give the same schedule.
 */
export function makeSchedule(options: ScheduleOptions): Fault[] {
  const { seed, millis, mostAtOnce } = options;
  const random = new Random(`${seed} schedule`);
  const draws = drawn(options, random);
  const planned: Planned[] = [];
  // Each lane holds one fault at a time.
  const lanes = Array.from({ length: mostAtOnce }, () => random.between(...GAP_MILLIS));
  while (lanes.length > 0) {
    const lane = lanes.indexOf(Math.min(...lanes));
    const at = lanes[lane]!;
    const busy = new Set(planned.filter(({ until }) => until > at).flatMap(({ occupies }) => occupies));
    const draw = draws.next((one) => !occupiedBy(one).some((name) => busy.has(name)));
    const fault: Fault = { at, ...draw, ...lasting(draw, options, random) };
    const until = at + fault.millis + RECOVERY_MILLIS[draw.kind];
    if (until > millis) {
      lanes.splice(lane, 1);
      continue;
    }
    planned.push({ ...fault, until, occupies: occupiedBy(draw) });
    lanes[lane] = until + random.between(...GAP_MILLIS);
  }
  return planned
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, kind, target, millis: length, shiftMillis }) => ({
      at,
      kind,
      target,
      millis: length,
      shiftMillis,
    }));
}

/** What must not be under another fault meanwhile. Who reads a stream stands still while it is filled. */
export function occupiedBy({ kind, target }: Draw): readonly string[] {
  return kind === 'fill' ? [target, readerOf(target)] : [serviceOf(target)];
}

/** Who reads the stream of an intake. */
export function readerOf(intake: string): string {
  return intake.replace(/intake$/, 'proof');
}

/** An endless deck of faults: what cannot be done at the moment waits for its turn. */
function drawn(
  { targets }: ScheduleOptions,
  random: Random,
): { next(isPossible: (draw: Draw) => boolean): Draw } {
  const targetFor = (kind: FaultKind): string => random.pick(FAULT_KINDS[kind].flatMap((of) => targets[of]));
  const kinds = Object.keys(FAULT_KINDS) as FaultKind[];
  const first = shuffled(
    kinds.map((kind): Draw => ({ kind, target: targetFor(kind) })),
    random,
  );
  const killed = first.find(({ kind }) => kind === 'kill')!.target;
  const everything = [...targets.service, ...targets.server].filter((target) => target !== killed);
  const kills = shuffled(
    everything.map((target): Draw => ({ kind: 'kill', target })),
    random,
  );
  const waiting = [...first, ...kills];
  return {
    next(isPossible) {
      for (let at = 0; ; at += 1) {
        if (at === waiting.length) {
          const kind = random.weighted(WEIGHTS);
          waiting.push({ kind, target: targetFor(kind) });
        }
        if (isPossible(waiting[at]!)) return waiting.splice(at, 1)[0]!;
      }
    },
  };
}

function lasting(
  { kind, target }: Draw,
  { millis }: ScheduleOptions,
  random: Random,
): Pick<Fault, 'millis' | 'shiftMillis'> {
  const [least, most] = LASTING_MILLIS[kind];
  const largest = Math.min(most, Math.floor(millis * LARGEST_SHARE));
  const length = random.between(Math.min(least, largest), largest);
  return { millis: length, shiftMillis: kind === 'clock' ? shiftOf(target, millis, random) : 0 };
}

function shiftOf(target: string, millis: number, random: Random): number {
  const [least, most] = target.endsWith('-intake') ? SHIFT_MILLIS.intake : SHIFT_MILLIS.others;
  const size = random.between(least, most);
  if (random.chance(0.5)) return -size;
  // Slots that a proof has closed ahead of time are waited for: in a short run that is not to be the whole run.
  return target.endsWith('-proof') ? Math.min(size, Math.floor(millis * LARGEST_SHARE)) : size;
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const rest = [...list];
  return Array.from(list, () => rest.splice(random.below(rest.length), 1)[0]!);
}
