import { setTimeout as pause } from 'node:timers/promises';
import { verify } from '@besure/verification';
import { nodePrimitives } from '@besure/keys';
import type { Network } from '../network.js';
import { type Calibration, calibrate } from './calibration.js';
import { type CompleteEvent, CompletionWatch } from './completion-watch.js';
import { BATCH, type LoadResult, generateLoad } from './load.js';
import { type Percentiles, percentiles } from './percentiles.js';
import { usageOf } from './process-usage.js';

/** What the benchmark measured. */
export interface BenchReport {
  /**
   * The rate that can be kept up: proofs that became complete per second of the window. The load holds back while {@link mostUnderWay} are
   * under way, so queues do not grow; the window begins when {@link FIRST_UNDER_WAY} are complete, so that what was sent before anybody held
   * back is behind, and ends while the load still goes on. Neither filling nor emptying the queues is in it.
   */
  readonly proofsPerSecond: number;
  /** Processor time spent in that window per proof that became complete in it, by service over all organisations; `load` is the generator. */
  readonly cpuMicrosPerProof: Readonly<Record<string, number>>;
  readonly calibration: Calibration;
  readonly ackMillis: Percentiles;
  /** From acknowledgement to complete evidence, with as many under way as said above. */
  readonly evidenceSeconds: Percentiles;
  readonly rssBytes: Readonly<Record<string, number>>;
  /** Acknowledged events that were not complete in time after the load had ended. */
  readonly lagEnd: number;
  /** All that became complete, before, in and after the window. */
  readonly proofs: number;
  readonly sampleVerified: number;
  /** The length of the window. */
  readonly seconds: number;
}

/** What the benchmark needs. */
export interface BenchOptions {
  readonly seconds: number;
  readonly startNetwork: () => Promise<Network>;
  readonly onProgress: (text: string) => void;
  readonly signal: AbortSignal;
}

/** How long the queues may take to settle, and to empty after the load has ended. */
const DEADLINE_MILLIS = 120_000;
/** Events that may be under way at first. */
export const FIRST_UNDER_WAY = 3000;
/** Then as many as become complete in this time: a little more than a proof takes to become final where nobody waits. */
const UNDER_WAY_SECONDS = 10;
/** The rate is that of this time: several bursts of completions. */
const RATE_SECONDS = 12;
const PACE_MILLIS = 20;

/**
 * Loads a network of processes of their own, measures for some seconds while it runs steadily, waits until all is proven, and tells where the
 * time went.
 */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const { onProgress, signal } = options;
  const network = await options.startNetwork();
  try {
    const calibration = calibrate(process.cwd());
    const watch = new CompletionWatch(network, signal);
    const ended = new AbortController();
    onProgress('load, until it is steady');
    const load = loadBothWays(network, watch, AbortSignal.any([ended.signal, signal]));
    // A failure is thrown where the load is awaited, not wherever it happens.
    load.catch(() => undefined);
    const window = await measureWindow(options, network, watch, load).finally(() => ended.abort());
    const results = await load;
    signal.throwIfAborted();
    const acknowledged = results.reduce((sum, one) => sum + one.acknowledged, 0);
    onProgress(`${acknowledged} events acknowledged; waiting until they are proven`);
    await watch.until(() => watch.incomplete === 0, Date.now() + DEADLINE_MILLIS);
    const { complete } = watch;
    const proofs = complete.length * BATCH;
    const proofsPerSecond = steadyRate(complete, window.from, window.to);
    const seconds = (window.to - window.from) / 1000;
    onProgress(`verifying ${complete.length} of them`);
    return {
      proofsPerSecond: Math.round(proofsPerSecond * 10) / 10,
      cpuMicrosPerProof: perProof(window.before, window.after, proofsPerSecond * seconds),
      calibration,
      ackMillis: percentiles(results.flatMap((one) => one.ackMillis)),
      evidenceSeconds: percentiles(complete.map((one) => (one.completeAt - one.acknowledgedAt) / 1000)),
      rssBytes: Object.fromEntries([...window.after].map(([name, { rssBytes }]) => [name, rssBytes])),
      lagEnd: acknowledged - proofs,
      proofs,
      sampleVerified: await verifySample(network, complete),
      seconds: Math.round(seconds * 10) / 10,
    };
  } finally {
    await network.stop();
  }
}

/** Two organisations state something to each other at once, as fast as they are let. */
function loadBothWays(network: Network, watch: CompletionWatch, signal: AbortSignal): Promise<LoadResult[]> {
  const pacer = async (): Promise<void> => {
    while (watch.incomplete * BATCH >= mostUnderWay(watch.complete, Date.now()) && !signal.aborted)
      await pause(PACE_MILLIS);
  };
  return Promise.all(
    (
      [
        ['alpha', 'beta'],
        ['beta', 'alpha'],
      ] as const
    ).map(([stating, counterpart]) =>
      generateLoad(
        { stating: network.backOffice(stating), counterpart, exchange: network.backOffice('exchange') },
        pacer,
        (event) => watch.add(event),
        signal,
      ),
    ),
  );
}

/**
 * How many events may be under way: where the system is faster, more of them, so that it is never the load that sets the rate; and no more than it
 * works off in that time, so that no queue grows.
 */
export function mostUnderWay(complete: readonly CompleteEvent[], now: number): number {
  const since = now - RATE_SECONDS * 1000;
  const recent = complete.length - (complete.findLastIndex((one) => one.completeAt < since) + 1);
  return Math.max(FIRST_UNDER_WAY, (recent * BATCH * UNDER_WAY_SECONDS) / RATE_SECONDS);
}

interface Window {
  readonly from: number;
  readonly to: number;
  readonly before: Measured;
  readonly after: Measured;
}

async function measureWindow(
  { seconds, onProgress }: BenchOptions,
  network: Network,
  watch: CompletionWatch,
  load: Promise<unknown>,
): Promise<Window> {
  let failed = false;
  load.catch(() => (failed = true));
  await watch.until(
    () => failed || watch.complete.length * BATCH >= FIRST_UNDER_WAY,
    Date.now() + DEADLINE_MILLIS,
  );
  onProgress(`measuring for ${seconds} s`);
  const [from, before] = [Date.now(), measure(network)];
  await watch.until(() => failed, from + seconds * 1000);
  return { from, to: Date.now(), before, after: measure(network) };
}

/** Proofs become complete in bursts, one for each checkpoint: counted from the end of the first one in the window to the end of the last. */
function steadyRate(complete: readonly CompleteEvent[], from: number, to: number): number {
  const times = complete.map((one) => one.completeAt).filter((at) => at >= from && at <= to);
  const first = Math.min(...times);
  const last = Math.max(...times);
  return last > first ? (times.filter((at) => at > first).length * BATCH * 1000) / (last - first) : 0;
}

async function verifySample(network: Network, events: readonly CompleteEvent[]): Promise<number> {
  let proven = 0;
  for (const { organisation, evidence } of events) {
    const text = await network.backOffice(organisation).evidence(evidence);
    if (verify(text, network.trust, { primitives: nodePrimitives }).result === 'proven') proven += 1;
  }
  return proven;
}

type Measured = ReadonlyMap<string, { readonly cpuMicros: number; readonly rssBytes: number }>;

/** Usage by service, over all organisations, with PostgreSQL, the bus, the ledger and the load generator beside them. */
function measure(network: Network): Measured {
  const pids: [string, number][] = [
    ...network.services.map(({ name, pid }): [string, number] => [name, pid]),
    ['postgres', network.postgres.pid],
    ['nats', network.nats.pid],
  ];
  const sums = new Map<string, { cpuMicros: number; rssBytes: number }>();
  for (const [name, pid] of pids) {
    const { cpuMicros, rssBytes } = usageOf(pid);
    const sum = sums.get(name) ?? { cpuMicros: 0, rssBytes: 0 };
    sums.set(name, { cpuMicros: sum.cpuMicros + cpuMicros, rssBytes: sum.rssBytes + rssBytes });
  }
  const own = process.cpuUsage();
  sums.set('load', { cpuMicros: own.user + own.system, rssBytes: process.memoryUsage.rss() });
  return sums;
}

function perProof(before: Measured, after: Measured, proofs: number): Record<string, number> {
  return Object.fromEntries(
    [...after].map(([name, { cpuMicros }]) => [
      name,
      Math.round((cpuMicros - (before.get(name)?.cpuMicros ?? 0)) / Math.max(1, proofs)),
    ]),
  );
}
