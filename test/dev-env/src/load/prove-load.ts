import { join } from 'node:path';
import { ProcessHost } from '../host.js';
import { startNetwork } from '../start-network.js';
import { inTemporaryFolder } from '../temporary-folder.js';
import { GROWTH_BYTES, type Held, heapReporting, readHeaps } from './heaps.js';
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
  /** By process: what it held after a first, shorter load, and after the load. */
  readonly held: Readonly<Record<string, { readonly before: Held; readonly after: Held }>>;
  /** The processes that hold more than they may. */
  readonly grown: readonly string[];
}

const PLAYERS = 8;
/** So long until code is compiled and pools are full. */
const WARM_UP_SECONDS = 8;

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
          onProgress(describe(figures));
          const differences = await settle(compared);
          return { figures, differences };
        };
        const first = await run(WARM_UP_SECONDS);
        const before = await readHeaps(network, heaps);
        const second = await run(seconds);
        const after = await readHeaps(network, heaps);
        const verified = await verifyEvidence(compared, new Random(`${seed} evidence`), evidence);
        const held = Object.fromEntries(
          [...before].map(([name, one]) => [name, { before: one, after: after.get(name)! }]),
        );
        onProgress(tableOf(held));
        return {
          load: second.figures,
          differences: [...first.differences, ...second.differences, ...verified.differences],
          verified: verified.count,
          held,
          grown: Object.keys(held).filter((name) => growthOf(held[name]!) > GROWTH_BYTES),
        };
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

function growthOf({ before, after }: LoadProof['held'][string]): number {
  return after.heap - before.heap;
}

function tableOf(held: LoadProof['held']): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1).padStart(6);
  const lines = Object.entries(held).map(
    ([name, { before, after }]) =>
      `  ${name.padEnd(18)} ${[before.heap, after.heap, before.rss, after.rss].map(megabytes).join(' ')}`,
  );
  return ['MB: heap before, after; rss before, after', ...lines].join('\n');
}
