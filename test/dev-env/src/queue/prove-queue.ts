import { join } from 'node:path';
import type { Standing } from '@besure/fsck';
import { waitUntilSettled } from '../fsck.js';
import { ProcessHost } from '../host.js';
import { heapReporting } from '../load/heaps.js';
import type { ProfileName } from '../profile.js';
import { startNetwork } from '../start-network.js';
import { inTemporaryFolder } from '../temporary-folder.js';
import { type Queued, fillQueue } from './fill-queue.js';
import { type FewAndAll, type HeldMemory, grownOf } from './held-memory.js';
import { type Begun, type HeldByService, QueueReader, settledOf } from './read-queue.js';

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

/** What came out. */
export interface QueueProof {
  readonly queued: Queued;
  readonly drained: { readonly events: number; readonly seconds: number };
  readonly memory: Readonly<Record<string, HeldMemory>>;
  /** The services that hold more with all events than with few, by more than what comes and goes. */
  readonly grown: readonly string[];
  /** How all events stood in the end. */
  readonly standing: Standing;
}

/** Events that go all the way first: code gets hot, pools fill. */
const WARM_UP = 2000;
/** The queue that all is compared with: of everything that is bounded it fills as much. */
const FEW = 10_000;
/** So many of a queue are settled when is read what is held by those who work it off. */
const BEGUN = 2000;
/** The most seconds until they are, and until the small queue is worked off. */
const PATIENCE_SECONDS = 240;
/** What `proof` keeps so that PostgreSQL need not read it back is bounded, but comes and goes by megabytes. */
const STATEMENTS_IN_MEMORY = 100;

/**
 * Queues few events while the services that make statements are stopped, has them worked off, then does the same with many, and reads what each service
 * holds at the same moments: nothing of what waits may stand in anyone's memory.
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
          environment: {
            ...environment,
            BESURE_MAX_BACKLOG: String(2 * events + FEW),
            BESURE_STATEMENTS_IN_MEMORY: String(STATEMENTS_IN_MEMORY),
          },
        })),
    });
    try {
      const reader = new QueueReader(network, host!, heaps, signal);
      await fillQueue(network, { events: WARM_UP, signal });
      await waitUntilSettled(network, PATIENCE_SECONDS * 1000);
      onProgress(`${WARM_UP} events proven; reading what is held with ${FEW} in a queue`);
      const begun = { settled: BEGUN, seconds: PATIENCE_SECONDS };
      const few = await reader.queue(FEW, begun);
      const before = settledOf(await waitUntilSettled(network, PATIENCE_SECONDS * 1000));
      onProgress(`queueing ${events} while no statements are made`);
      const all = await reader.queue(events, { ...begun, onAcknowledged: sayNowAndThen(onProgress) });
      onProgress(`queued in ${Math.round(all.queued.seconds)} s; statements are made again`);
      const settled = before + Math.min(options.settled ?? all.queued.events, all.queued.events);
      const last = await reader.untilSettled(settled, options.seconds);
      const memory = compare(few, all);
      return {
        queued: all.queued,
        drained: { events: settledOf(last) - before, seconds: (Date.now() - all.restarted) / 1000 },
        memory,
        grown: grownOf(memory, all.queued.events),
        standing: last,
      };
    } finally {
      await network.stop();
    }
  });
}

function compare(few: Begun, all: Begun): Record<string, HeldMemory> {
  const both = (name: string, of: (begun: Begun) => HeldByService): FewAndAll => ({
    few: of(few).get(name)!,
    all: of(all).get(name)!,
  });
  return Object.fromEntries(
    [...few.working.keys()].map((name): [string, HeldMemory] => [
      name,
      {
        waiting: few.waiting.has(name) ? both(name, ({ waiting }) => waiting) : null,
        working: both(name, ({ working }) => working),
      },
    ]),
  );
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
