import { verify } from '@besure/verification';
import { nodePrimitives } from '@besure/keys';
import type { Network } from '../network.js';
import { type Calibration, calibrate } from './calibration.js';
import { type AcknowledgedEvent, type LoadResult, generateLoad } from './load.js';
import { type Percentiles, percentiles } from './percentiles.js';
import { usageOf } from './process-usage.js';

/** What the benchmark measured. */
export interface BenchReport {
  /** Proofs that became complete per second, from the first to the last one seen. */
  readonly proofsPerSecond: number;
  /** Processor time per complete proof, by service over all organisations; `load` is the generator itself. */
  readonly cpuMicrosPerProof: Readonly<Record<string, number>>;
  readonly calibration: Calibration;
  readonly ackMillis: Percentiles;
  readonly evidenceSeconds: Percentiles;
  readonly rssBytes: Readonly<Record<string, number>>;
  /** Acknowledged events of the sample that were not complete in time, as a share of all. */
  readonly lagEnd: number;
  readonly proofs: number;
  readonly sampleVerified: number;
  readonly seconds: number;
}

/** What the benchmark needs. */
export interface BenchOptions {
  readonly seconds: number;
  readonly startNetwork: () => Promise<Network>;
  readonly onProgress: (text: string) => void;
  readonly signal: AbortSignal;
}

/** After the load has ended, how long what is under way may still take. */
const DRAIN_MILLIS = 60_000;
const POLL_MILLIS = 200;

/** Loads a network of processes of their own for some seconds, waits until all is proven, and tells where the time went. */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const { seconds, onProgress, signal } = options;
  const network = await options.startNetwork();
  try {
    const calibration = calibrate(process.cwd());
    onProgress(`load for ${seconds} s`);
    const before = measure(network);
    const stop = AbortSignal.any([AbortSignal.timeout(seconds * 1000), signal]);
    const started = Date.now();
    const watched = new CompletionWatch(network);
    const results = await Promise.all(
      (
        [
          ['alpha', 'beta'],
          ['beta', 'alpha'],
        ] as const
      ).map(([stating, counterpart]) =>
        generateLoad(
          { stating: network.backOffice(stating), counterpart, exchange: network.backOffice('exchange') },
          () => Promise.resolve(),
          stop,
        ).then((result) => {
          watched.add(result);
          return result;
        }),
      ),
    );
    signal.throwIfAborted();
    const acknowledged = results.reduce((sum, one) => sum + one.acknowledged, 0);
    onProgress(`${acknowledged} events acknowledged; waiting until they are proven`);
    const completed = await watched.untilComplete(Date.now() + DRAIN_MILLIS, signal);
    const elapsed = (Date.now() - started) / 1000;
    const after = measure(network);
    onProgress(`verifying ${completed.length} of them`);
    const sampleVerified = await verifySample(network, completed);
    const sampled = results.reduce((sum, one) => sum + one.sample.length, 0);
    const proofs = Math.round((acknowledged * completed.length) / Math.max(1, sampled));
    return {
      proofsPerSecond: Math.round((proofs / elapsed) * 10) / 10,
      cpuMicrosPerProof: perProof(before, after, proofs),
      calibration,
      ackMillis: percentiles(results.flatMap((one) => one.ackMillis)),
      evidenceSeconds: percentiles(completed.map((one) => one.seconds)),
      rssBytes: Object.fromEntries([...after].map(([name, { rssBytes }]) => [name, rssBytes])),
      lagEnd: acknowledged - proofs,
      proofs,
      sampleVerified,
      seconds: Math.round(elapsed * 10) / 10,
    };
  } finally {
    await network.stop();
  }
}

interface CompleteEvent {
  readonly organisation: string;
  readonly evidence: string;
  /** From acknowledgement until the evidence was there. */
  readonly seconds: number;
}

/** Asks about the sampled events until each is complete. */
class CompletionWatch {
  readonly #network: Network;
  readonly #sample: AcknowledgedEvent[] = [];

  constructor(network: Network) {
    this.#network = network;
  }

  add(result: LoadResult): void {
    this.#sample.push(...result.sample);
  }

  async untilComplete(deadline: number, signal: AbortSignal): Promise<CompleteEvent[]> {
    const complete: CompleteEvent[] = [];
    let open = this.#sample.toSorted((a, b) => a.acknowledgedAt - b.acknowledgedAt);
    while (open.length > 0 && Date.now() < deadline) {
      signal.throwIfAborted();
      const still: AcknowledgedEvent[] = [];
      for (const event of open) {
        const status = await this.#network.backOffice(event.organisation).status(event.source, event.id);
        if (status?.state !== 'complete' || status.evidence === null) {
          still.push(event);
          continue;
        }
        const at = Date.parse(status.at['complete'] ?? '');
        complete.push({
          organisation: event.organisation,
          evidence: status.evidence,
          seconds: (at - event.acknowledgedAt) / 1000,
        });
      }
      open = still;
      if (open.length > 0) await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
    }
    return complete;
  }
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
