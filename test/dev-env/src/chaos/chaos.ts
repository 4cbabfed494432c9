import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FsckReport } from '@besure/fsck';
import { fsckNetwork, NotSettledError, waitUntilSettled } from '../fsck.js';
import { type Difference, settleDifferences } from '../load/whole-truth.js';
import type { Network } from '../network.js';
import { startNetwork } from '../start-network.js';
import type { Fault } from './fault.js';
import { Links } from './links.js';
import { play } from './play.js';
import { type ChaosReport, Recoveries } from './report.js';
import { makeSchedule } from './schedule.js';
import { StallWatch } from './stall-watch.js';
import { SteadyLoad } from './steady-load.js';
import { SupervisingHost } from './supervising-host.js';
import { targetsOf } from './targets.js';

/** How a run goes. */
export interface ChaosOptions {
  /** An empty one, for the network, its logs, and what was acknowledged. */
  readonly folder: string;
  /** The schedule of faults follows from it and the length of the run. */
  readonly seed: string;
  readonly seconds: number;
  /** How many faults there are at the same time at most; 2 where it is not said. It is part of what the schedule follows from. */
  readonly mostAtOnce?: number;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

const HUBS = 1;
const MOST_AT_ONCE = 2;
const DOCUMENTS_PER_SECOND = 8;
/** The least that a stream may be told: to fill it takes seconds, not hours. */
const STREAM_BYTES = 2 * 1024 ** 2;
/** More of them than that holds. */
const FLOOD_DOCUMENTS = 900;
const DRAIN_MILLIS = 120_000;
/** What waited for a slot that was closed ahead of its time, and what missed its deadline and is asked about again, ends within. */
const SETTLE_MILLIS = 360_000;
const MOST_VERIFIED = 2000;

/**
 * Runs a network of real processes under a steady load while a schedule does to them what happens to machines, lets it come to rest, and compares what
 * is there with what was acknowledged. Same seed, same schedule; what is under way when a fault hits is chance.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { folder, seed, seconds, mostAtOnce = MOST_AT_ONCE, signal, onProgress } = options;
  const schedule = makeSchedule({
    seed,
    millis: seconds * 1000,
    targets: targetsOf(HUBS),
    mostAtOnce,
  });
  writeFileSync(join(folder, 'schedule.json'), `${JSON.stringify({ seed, seconds, schedule }, null, 2)}\n`);
  const links = new Links();
  const hosts: SupervisingHost[] = [];
  try {
    const network = await startNetwork({
      folder,
      profile: 'tests',
      hubs: HUBS,
      signal,
      onProgress: (step) => onProgress(`${step} ...`),
      host(logs) {
        const made = new SupervisingHost(logs, links, {
          environment: { BESURE_STREAM_BYTES: String(STREAM_BYTES) },
        });
        hosts.push(made);
        return made;
      },
    });
    try {
      return await playOn(options, schedule, network, { host: hosts[0]!, links });
    } finally {
      await network.stop();
    }
  } finally {
    await links.close();
  }
}

async function playOn(
  { folder, seed, seconds, mostAtOnce = MOST_AT_ONCE, signal, onProgress }: ChaosOptions,
  schedule: readonly Fault[],
  network: Network,
  { host, links }: { readonly host: SupervisingHost; readonly links: Links },
): Promise<ChaosReport> {
  const load = await SteadyLoad.open(network, {
    seed,
    documentsPerSecond: DOCUMENTS_PER_SECOND,
    journal: join(folder, 'acknowledged.ndjson'),
  });
  const stalls = new StallWatch(network);
  const recoveries = new Recoveries();
  const complaints: string[] = [];
  try {
    onProgress(`seed ${seed}: ${schedule.length} faults within ${seconds} s`);
    const over = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
    const failed = new AbortController();
    const loading = load.run(over, DRAIN_MILLIS).catch((error: unknown) => {
      complaints.push(String(error));
      failed.abort();
      return load.waiting;
    });
    const watching = stalls.run(over);
    const played = await play(
      {
        stage: { network, host, links, load, floodDocuments: FLOOD_DOCUMENTS },
        schedule,
        mostAtOnce,
        recoveries,
        onProgress,
      },
      AbortSignal.any([over, failed.signal]),
    );
    complaints.push(...played.complaints);
    const unanswered = await loading;
    await watching;
    signal.throwIfAborted();
    if (unanswered > 0) complaints.push(`${unanswered} events were never acknowledged`);
    onProgress(`${load.acknowledged} events acknowledged; waiting for the last of them ...`);
    const ended = performance.now();
    const differences = await comeToRest(network, load, complaints);
    const settledSeconds = Math.round((performance.now() - ended) / 100) / 10;
    onProgress('fsck ...');
    const checked = await fsckNetwork(network, {
      sample: load.acknowledged > MOST_VERIFIED ? MOST_VERIFIED : 'all',
      ledger: true,
    });
    const { lost, doubled } = reckon(differences, checked);
    return {
      seed,
      seconds,
      acknowledged: load.acknowledged,
      kills: played.done.filter(({ kind }) => kind === 'kill').length,
      lost,
      doubled,
      longestStallSeconds: stalls.longestStallSeconds,
      recoveries: recoveries.count,
      ok: differences.length === 0 && complaints.length === 0 && checked.ok,
      complaints,
      differences: differences.map(({ kind, text }) => `${kind}: ${text}`),
      findings: checked.findings,
      evidenceVerified: checked.evidenceVerified,
      states: checked.states,
      settledSeconds,
      recoveryByKind: recoveries.byKind,
      startedAgain: host.startedAgain,
      streamsFull: timesFull(folder, network),
      answers: load.figures.all,
      schedule: played.done,
    };
  } finally {
    await stalls.close();
    await load.close();
  }
}

async function comeToRest(network: Network, load: SteadyLoad, complaints: string[]): Promise<Difference[]> {
  const until = Date.now() + SETTLE_MILLIS;
  try {
    await waitUntilSettled(network, SETTLE_MILLIS);
  } catch (error) {
    if (!(error instanceof NotSettledError)) throw error;
    complaints.push(error.message);
  }
  const found = await settleDifferences({ network, model: load.model }, Math.max(0, until - Date.now()));
  // What was sent and never answered may be there or not: whoever sent it does not know either, and it is complained of above.
  return load.waiting === 0 ? found : found.filter(({ kind }) => kind === 'lost');
}

function reckon(
  differences: readonly Difference[],
  { checks }: FsckReport,
): { lost: number; doubled: number } {
  const count = (kind: Difference['kind']): number => differences.filter((one) => one.kind === kind).length;
  const broken = (...rules: readonly string[]): number =>
    checks.filter(({ rule }) => rules.includes(rule)).reduce((sum, check) => sum + check.broken, 0);
  return {
    // The same loss may show in both: it counts once.
    lost: Math.max(count('lost'), broken('event-lost', 'acknowledgement', 'evidence')),
    doubled: Math.max(count('doubled'), broken('event-doubled', 'subject-doubled', 'ledger-item')),
  };
}

/** How often a relay was told that there is no room, by the logs. */
function timesFull(folder: string, network: Network): number {
  return network.services
    .filter(({ name }) => name === 'intake')
    .map(({ organisation, name }) => readFileSync(join(folder, 'log', `${organisation}-${name}.log`), 'utf8'))
    .reduce((sum, log) => sum + log.split('pipe-full').length - 1, 0);
}
