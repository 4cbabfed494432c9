import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Standing, standing } from '@besure/fsck';
import { fsckOptionsOf } from '../fsck.js';
import { ProcessHost } from '../host.js';
import { type Held, heapReporting, pidsOf, readHeapsOf } from '../load/heaps.js';
import type { Network } from '../network.js';
import type { ProfileName } from '../profile.js';
import { startNetwork } from '../start-network.js';
import { inTemporaryFolder } from '../temporary-folder.js';
import { type Queued, fillQueue } from './fill-queue.js';

/** How much is queued, and for how long of it is looked at what becomes of it. */
export interface QueueProofOptions {
  /** Events that are acknowledged while nobody makes statements of them. */
  readonly events: number;
  /** How many of them have to be in their final states before it is over; all where it is not said. */
  readonly settled?: number;
  /** The most seconds that may take. */
  readonly seconds: number;
  readonly profile: ProfileName;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** What a service holds when all garbage is collected, at three moments. In bytes. */
export interface HeldMemory {
  /** With a small queue, after it was all at work. */
  readonly before: Held;
  /** With all events queued. For `proof`, which is not there then: when it has just begun with them. */
  readonly queued: Held;
  /** When so many were settled. */
  readonly drained: Held;
}

/** What came out. */
export interface QueueProof {
  readonly queued: Queued;
  readonly drained: { readonly events: number; readonly seconds: number };
  readonly memory: Readonly<Record<string, HeldMemory>>;
  /** The services that held more with the queue, or after it, than {@link MOST_GROWTH} beyond what they held before. */
  readonly grown: readonly string[];
  /** How all events stood in the end. */
  readonly standing: Standing;
}

/** Code gets hot, pools and caches fill: some megabytes. It is 200 bytes for each of 50,000 events, less than a list of their ids would take. */
const MOST_GROWTH = 10_000_000;
/** Events that go all the way first, and that are queued when the first readings are made. */
const WARM_UP = 2000;
const PROOFS = ['alpha-proof', 'beta-proof', 'exchange-proof'] as const;
const PACE_MILLIS = 1000;

/**
 * Queues events while the services that make statements are stopped, reads what each service holds, starts them again, and reads once more when the
 * queue, or part of it, is settled. Nothing of what waits may stand in anyone's memory.
 */
export function proveQueue(options: QueueProofOptions): Promise<QueueProof> {
  const { events, profile, signal, onProgress } = options;
  return inTemporaryFolder('queue', async (folder) => {
    const heaps = join(folder, 'heaps');
    const { nodeArguments, environment } = heapReporting(heaps);
    let host: ProcessHost | undefined;
    const network = await startNetwork({
      folder,
      profile,
      signal,
      host: (logs) =>
        (host = new ProcessHost(logs, {
          ...(nodeArguments !== undefined && { nodeArguments }),
          environment: { ...environment, BESURE_MAX_BACKLOG: String(2 * events + WARM_UP) },
        })),
    });
    const processes = host!;
    const read = (): Promise<Map<string, Held>> => {
      const running = [...pidsOf(network).keys()].map((name): [string, number] => [
        name,
        processes.pid(name),
      ]);
      return readHeapsOf(new Map(running), heaps);
    };
    try {
      await fillQueue(network, { events: WARM_UP, signal });
      await untilSettled(network, WARM_UP, Date.now() + 120_000, signal);
      const before = await read();
      for (const name of PROOFS) await processes.kill(name);
      onProgress(`${WARM_UP} events proven; queueing ${events} while no statements are made`);
      const queued = await fillQueue(network, { events, signal, onAcknowledged: sayNowAndThen(onProgress) });
      const others = new Map([...pidsOf(network)].filter(([name]) => !isProof(name)));
      const withQueue = await readHeapsOf(others, heaps);
      onProgress(`queued in ${Math.round(queued.seconds)} s; statements are made again`);
      const started = Date.now();
      for (const name of PROOFS) await processes.restart(name);
      const begun = await read();
      const settled = WARM_UP + Math.min(options.settled ?? queued.events, queued.events);
      const last = await untilSettled(network, settled, started + options.seconds * 1000, signal);
      const drained = {
        events: last.acknowledged - last.underway - WARM_UP,
        seconds: (Date.now() - started) / 1000,
      };
      const after = await read();
      const memory = Object.fromEntries(
        [...before].map(([name, held]): [string, HeldMemory] => [
          name,
          { before: held, queued: (withQueue.get(name) ?? begun.get(name))!, drained: after.get(name)! },
        ]),
      );
      return { queued, drained, memory, grown: grownOf(memory), standing: last };
    } finally {
      await network.stop();
    }
  });
}

function isProof(name: string): boolean {
  return PROOFS.some((proof) => proof === name);
}

function grownOf(memory: Readonly<Record<string, HeldMemory>>): string[] {
  return Object.entries(memory)
    .filter(([, { before, queued, drained }]) => {
      return Math.max(queued.heap, drained.heap) - before.heap > MOST_GROWTH;
    })
    .map(([name]) => name);
}

/** How all stands when so many are settled, or at the deadline. */
async function untilSettled(
  network: Network,
  settled: number,
  deadline: number,
  signal: AbortSignal,
): Promise<Standing> {
  const options = fsckOptionsOf(network);
  for (;;) {
    const started = Date.now();
    const now = await standing(options);
    if (now.acknowledged - now.underway >= settled || Date.now() > deadline) return now;
    // To look is to read all tables: not so often that it is what there is to do, and once more when the time is over.
    const rest = Math.max(PACE_MILLIS, 10 * (Date.now() - started));
    await pause(Math.min(rest, Math.max(0, deadline - Date.now())), undefined, { signal });
  }
}

function sayNowAndThen(say: (text: string) => void): (events: number) => void {
  const started = Date.now();
  let next = 100_000;
  return (events) => {
    if (events < next) return;
    next = events + 100_000;
    say(`${events} acknowledged after ${Math.round((Date.now() - started) / 1000)} s`);
  };
}
