import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '@besure/testing';
import { type Fault, describeFault } from './fault.js';
import { affectedBy, inflict, type Stage } from './inflict.js';
import type { Recoveries } from './report.js';
import { occupiedBy } from './schedule.js';

/** What playing a schedule needs. */
export interface PlayOptions {
  readonly stage: Stage;
  readonly schedule: readonly Fault[];
  readonly mostAtOnce: number;
  readonly recoveries: Recoveries;
  readonly onProgress: (text: string) => void;
}

/** What was done. */
export interface Played {
  readonly done: readonly Fault[];
  /** What did not serve again. */
  readonly complaints: readonly string[];
}

const RECOVERY_MILLIS = 120_000;
const LOOK_MILLIS = 100;
const ANSWER_MILLIS = 1000;

/**
 * Plays a schedule, each fault at its time, or as soon after it as what it hits has recovered from the one before; never more at once than it may. Whatever
 * happens, all is undone when it ends. After the signal nothing more begins.
 */
export async function play(options: PlayOptions, signal: AbortSignal): Promise<Played> {
  const { schedule, mostAtOnce, onProgress } = options;
  const failing = new AbortController();
  const ended = AbortSignal.any([signal, failing.signal]);
  const done: Fault[] = [];
  const complaints: string[] = [];
  const running = new Map<Promise<void>, readonly string[]>();
  const started = performance.now();
  for (const fault of schedule) {
    const wait = started + fault.at - performance.now();
    if (wait > 0) await pause(wait, undefined, { signal: ended }).catch(() => undefined);
    const occupies = occupiedBy(fault);
    const isBusy = (): boolean =>
      running.size >= mostAtOnce ||
      [...running.values()].some((names) => names.some((name) => occupies.includes(name)));
    while (isBusy()) await Promise.race(running.keys());
    if (ended.aborted) break;
    onProgress(describeFault({ ...fault, at: performance.now() - started }));
    done.push(fault);
    // Who is under another fault by then is not waited for.
    const isElsewhere = (service: string): boolean =>
      [...running].some(([other, names]) => other !== one && names.includes(service));
    const one: Promise<void> = playOne(options, fault, isElsewhere, ended)
      .then((complaint) => {
        if (complaint !== null) complaints.push(complaint);
      })
      .catch((error: unknown) => {
        complaints.push(`${describeFault(fault)}: ${String(error)}`);
        failing.abort();
      })
      .finally(() => running.delete(one));
    running.set(one, occupies);
  }
  await Promise.all(running.keys());
  return { done, complaints };
}

async function playOne(
  { stage, recoveries }: PlayOptions,
  fault: Fault,
  isElsewhere: (service: string) => boolean,
  signal: AbortSignal,
): Promise<string | null> {
  await inflict(stage, fault, signal);
  const undone = performance.now();
  const affected = affectedBy(stage, fault);
  const serving = await Promise.all(affected.map((service) => serves(stage, service, isElsewhere)));
  const silent = affected.filter((_, at) => !serving[at]!);
  if (silent.length > 0) return `${describeFault(fault)}: ${silent.join(', ')} did not serve again`;
  recoveries.add(fault.kind, performance.now() - undone);
  return null;
}

async function serves(
  { network }: Stage,
  service: string,
  isElsewhere: (service: string) => boolean,
): Promise<boolean> {
  const { http } = network.services.find(({ name, organisation }) => `${organisation}-${name}` === service)!;
  try {
    return await waitUntil(
      { what: service, timeoutMillis: RECOVERY_MILLIS, everyMillis: LOOK_MILLIS },
      async () => (isElsewhere(service) || (await isReady(http)) ? true : undefined),
    );
  } catch {
    return false;
  }
}

async function isReady(http: string): Promise<boolean> {
  try {
    const answer = await fetch(`${http}/health/ready`, { signal: AbortSignal.timeout(ANSWER_MILLIS) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
