import { join } from 'node:path';
import { ProcessHost } from '../host.js';
import { startNetwork } from '../start-network.js';
import { inTemporaryFolder } from '../temporary-folder.js';
import { type Held, heapReporting, readHeaps } from './heaps.js';
import { type LoadFigures, MixedLoad } from './mixed-load.js';
import { Random } from './random.js';
import { settle, verifyEvidence } from './whole-truth.js';

/** How much is to be proven. */
export interface LoadProofOptions {
  readonly seed: string;
  readonly seconds: number;
  /** How much evidence is verified; the state of everything is looked at. */
  readonly evidence: number;
  readonly onProgress: (text: string) => void;
}

/** What came out. */
export interface LoadProof {
  readonly load: LoadFigures;
  /** What is not as it must be; empty where all is right. */
  readonly differences: readonly string[];
  readonly verified: number;
  /** The processes that held more after each load than before it. */
  readonly grown: readonly string[];
}

const PLAYERS = 8;
/** So long until code is compiled and pools are full. */
const WARM_UP_SECONDS = 8;
/** What counts as growth over a load, however long. Code that gets hot and caches that fill grow as much, too, but not again and again. */
const GROWTH_BYTES = 3_000_000;
/** A process that has grown over each of so many loads has a leak. */
const MOST_LOADS = 3;

/**
 * Loads a network of processes with good and bad requests, waits until all that was accepted is proven, looks whether that is all there is, and
 * whether any process holds more than it did after a first load.
 */
export function proveLoad({ seed, seconds, evidence, onProgress }: LoadProofOptions): Promise<LoadProof> {
  return inTemporaryFolder('load', async (folder) => {
    const heaps = join(folder, 'heaps');
    const network = await startNetwork({
      folder,
      profile: 'tests',
      host: (logs) => new ProcessHost(logs, heapReporting(heaps)),
    });
    try {
      const mixed = await MixedLoad.open(network, { seed, players: PLAYERS });
      try {
        const compared = { network, model: mixed.model };
        const run = async (duration: number): Promise<{ figures: LoadFigures; differences: string[] }> => {
          const figures = await mixed.run(AbortSignal.timeout(duration * 1000));
          const ended = Date.now();
          onProgress(describe(figures));
          const differences = await settle(compared);
          onProgress(`  all settled ${Math.round((Date.now() - ended) / 1000)} s after the last request`);
          return { figures, differences };
        };
        const first = await run(WARM_UP_SECONDS);
        const differences = [...first.differences];
        const loads: LoadFigures[] = [];
        let before = await readHeaps(network, heaps);
        let grown = [...before.keys()];
        while (loads.length < MOST_LOADS && grown.length > 0) {
          const next = await run(seconds);
          loads.push(next.figures);
          differences.push(...next.differences);
          const after = await readHeaps(network, heaps);
          onProgress(tableOf(before, after));
          grown = stillGrowing(grown, before, after);
          before = after;
        }
        const verified = await verifyEvidence(compared, new Random(`${seed} evidence`), evidence);
        differences.push(...verified.differences);
        return { load: loads[0]!, differences, verified: verified.count, grown };
      } finally {
        await mixed.close();
      }
    } finally {
      await network.stop();
    }
  });
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
