import type { FaultKind } from './fault-board.js';
import { COMMON_STEPS } from './common-steps.js';
import type { Step } from './step.js';
import { zoneSteps } from './zone-steps.js';

/** A step with one of its faults. */
export interface FaultCase {
  readonly name: string;
  readonly step: Step;
  readonly kind: FaultKind;
  /** Who states the events, and to whom. */
  readonly parties: readonly [from: string, to: string];
}

const PARTIES = [
  ['alpha', 'beta'],
  ['beta', 'alpha'],
] as const;

const WORDS: Readonly<Record<FaultKind, string>> = {
  before: 'fails before it takes effect',
  after: 'takes effect, and its answer is lost',
  twice: 'takes effect twice',
  slow: 'takes effect late',
  'killed-before': 'is killed before it takes effect',
  'killed-after': 'is killed when it has taken effect',
};

/** All cases. Both organisations do the same: of a step, each of them has every other fault. */
export function faultCases(): readonly FaultCase[] {
  const zones = [zoneSteps('alpha'), zoneSteps('beta')] as const;
  const inZones = zones[0].flatMap(({ faults }, at) =>
    faults.map((kind, turn) => caseOf(zones[turn % 2]![at]!, kind, PARTIES[turn % 2]!)),
  );
  const common = COMMON_STEPS.flatMap((step) =>
    step.faults.map((kind, turn) => caseOf(step, kind, PARTIES[turn % 2]!)),
  );
  return takingTurns([...inZones, ...common]);
}

/** One case of each step, with the fault that most rarely befell those before it: what there is time for every day. */
export function oneCaseOfEach(): readonly FaultCase[] {
  const befell = new Map<FaultKind, number>();
  const times = ({ kind }: FaultCase): number => befell.get(kind) ?? 0;
  const steps = [...Map.groupBy(faultCases(), ({ step }) => step.name).values()];
  return takingTurns(
    steps.map((cases) => {
      const rarest = cases.reduce((found, one) => (times(one) < times(found) ? one : found));
      befell.set(rarest.kind, times(rarest) + 1);
      return rarest;
    }),
  );
}

/** One case of each service after the other: those can be played at the same time. */
function takingTurns(cases: readonly FaultCase[]): readonly FaultCase[] {
  const queues = [...Map.groupBy(cases, ({ step }) => step.service).values()];
  const longest = Math.max(...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    queues.flatMap((queue) => queue.slice(turn, turn + 1)),
  ).flat();
}

function caseOf(step: Step, kind: FaultKind, parties: FaultCase['parties']): FaultCase {
  return { name: `${step.name} (${step.service}): ${WORDS[kind]}`, step, kind, parties };
}
