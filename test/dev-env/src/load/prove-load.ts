import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fsckNetwork, waitUntilSettled } from '../fsck.js';
import { ProcessHost } from '../host.js';
import { startNetwork } from '../start-network.js';
import { inTemporaryFolder } from '../temporary-folder.js';
import { type Held, heapReporting, readHeaps } from './heaps.js';
import { type LoadFigures, MixedLoad } from './mixed-load.js';
import { Random } from './random.js';
import { DEADLINE_MILLIS, settle, verifyEvidence } from './whole-truth.js';

/** How much is to be proven. */
export interface LoadProofOptions {
  /** The same seed plays the same acts. */
  readonly seed: string;
  readonly seconds: number;
  /** How much evidence is verified; the state of everything is looked at. */
  readonly evidence: number;
}

/** The options, but for what `BESURE_LOAD_SEED` and `BESURE_LOAD_SECONDS` say. */
export function loadProofOptions(usual: Pick<LoadProofOptions, 'seconds' | 'evidence'>): LoadProofOptions {
  const { BESURE_LOAD_SEED: seed = randomBytes(4).toString('hex'), BESURE_LOAD_SECONDS: seconds } =
    process.env;
  return { ...usual, seed, ...(seconds !== undefined && { seconds: Number(seconds) }) };
}

const PLAYERS = 8;
/** So long until code is compiled and pools are full. */
const WARM_UP_SECONDS = 8;
/** So few are remembered that they are full after the warm-up: as many as usual fill for ten loads on a fast machine, which is no leak. */
const STATEMENTS_IN_MEMORY = 100;
/** What counts as growth over a load, however long. Code that gets hot and caches that fill grow as much, too, but not again and again. */
const GROWTH_BYTES = 3_000_000;
/** A process that has grown over each of so many loads has a leak. */
const MOST_LOADS = 3;

/**
 * Loads a network of processes with good and bad requests, looks whether any process holds more than it did after a first load, waits until all that
 * was accepted is proven, and looks whether that is all there is: shown to back offices, and held in the databases.
 *
 * @returns what is not as it must be; empty where all is right
 */
export function proveLoad({ seed, seconds, evidence }: LoadProofOptions): Promise<string[]> {
  return inTemporaryFolder('load', async (folder) => {
    const heaps = join(folder, 'heaps');
    const reporting = heapReporting(heaps);
    const network = await startNetwork({
      folder,
      profile: 'tests',
      host: (logs) =>
        new ProcessHost(logs, {
          ...reporting,
          environment: {
            ...reporting.environment,
            BESURE_STATEMENTS_IN_MEMORY: String(STATEMENTS_IN_MEMORY),
          },
        }),
    });
    try {
      const mixed = await MixedLoad.open(network, { seed, players: PLAYERS });
      try {
        const compared = { network, model: mixed.model };
        const run = async (duration: number): Promise<LoadFigures> => {
          const figures = await mixed.run(AbortSignal.timeout(duration * 1000));
          const ended = Date.now();
          onProgress(describe(figures));
          await waitUntilSettled(network, DEADLINE_MILLIS);
          onProgress(`  all settled ${Math.round((Date.now() - ended) / 1000)} s after the last request`);
          return figures;
        };
        await run(WARM_UP_SECONDS);
        const loads: LoadFigures[] = [];
        let before = await readHeaps(network, heaps);
        let grown = [...before.keys()];
        while (loads.length < MOST_LOADS && grown.length > 0) {
          loads.push(await run(seconds));
          const after = await readHeaps(network, heaps);
          onProgress(tableOf(before, after));
          grown = stillGrowing(grown, before, after);
          before = after;
        }
        const differences = await settle(compared);
        const verified = await verifyEvidence(compared, new Random(`${seed} evidence`), evidence);
        const { findings } = await fsckNetwork(network, { sample: 0, ledger: true });
        differences.push(
          ...verified.differences,
          ...findings.map(({ zone, rule, subject, detail }) => `${zone}: ${rule}: ${subject} ${detail}`),
        );
        if (verified.count === 0) differences.push('no evidence was verified');
        for (const { acceptedPerSecond, refusedPerSecond } of loads) {
          if (acceptedPerSecond === 0 || refusedPerSecond === 0) differences.push('a load was none');
        }
        return [...differences, ...grown.map((name) => `${name} holds more after each load`)];
      } finally {
        await mixed.close();
      }
    } finally {
      await network.stop();
    }
  });
}

function onProgress(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Figures in one line. */
function describe({ seconds, acceptedPerSecond, refusedPerSecond, counts }: LoadFigures): string {
  const all = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  return `${seconds} s: ${acceptedPerSecond} accepted/s, ${refusedPerSecond} refused/s (${all.join(', ')})`;
}

type Heaps = ReadonlyMap<string, Held>;

function stillGrowing(names: readonly string[], before: Heaps, after: Heaps): string[] {
  return names.filter((name) => after.get(name)!.heap - before.get(name)!.heap > GROWTH_BYTES);
}

function tableOf(before: Heaps, after: Heaps): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1).padStart(6);
  const lines = [...after].map(([name, then]) => {
    const first = before.get(name)!;
    return `  ${name.padEnd(18)} ${[first.heap, then.heap, first.rss, then.rss].map(megabytes).join(' ')}`;
  });
  return ['MB: heap before, after; rss before, after', ...lines].join('\n');
}
