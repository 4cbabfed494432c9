import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '@besure/testing';
import type { ProcessOptions } from '../host.js';
import type { Network } from '../network.js';

/** What a process holds when all garbage is collected. In bytes. */
export interface Held {
  /** JavaScript's heap and the buffers beside it. */
  readonly heap: number;
  readonly rss: number;
}

const require = createRequire(import.meta.url);

/** How processes are started so that they tell what they hold. */
export function heapReporting(folder: string): ProcessOptions {
  mkdirSync(folder, { recursive: true });
  const report = join(require.resolve('@besure/dev-env'), '..', 'load', 'heap-report.js');
  return {
    // Code that is thrown away when it is not used would hide what is kept.
    nodeArguments: ['--expose-gc', '--no-flush-bytecode', '--import', report],
    environment: { BESURE_HEAP_FOLDER: folder },
  };
}

const PAUSE_MILLIS = 500;

/** What every service of a network holds, by the names of its organisation and its own: the least of some readings, for timers hold things, too. */
export function readHeaps(network: Network, folder: string): Promise<Map<string, Held>> {
  return readHeapsOf(pidsOf(network), folder);
}

/** The processes of a network's services as it started. The simulated ledger keeps all blocks in memory; it is no part of the product. */
export function pidsOf({ services }: Network): Map<string, number> {
  const product = services.filter(({ name }) => name !== 'devchain');
  return new Map(product.map(({ name, organisation, pid }) => [`${organisation}-${name}`, pid]));
}

/** The same as {@link readHeaps}, of these processes, by so many readings. */
export async function readHeapsOf(
  pids: ReadonlyMap<string, number>,
  folder: string,
  readings = 2,
): Promise<Map<string, Held>> {
  const least = new Map<string, Held>();
  for (let reading = 0; reading < readings; reading += 1) {
    if (reading > 0) await pause(PAUSE_MILLIS);
    await Promise.all(
      [...pids].map(async ([service, pid]) => {
        const held = await readHeap(service, pid, join(folder, `${pid}.json`));
        const before = least.get(service);
        if (before === undefined || held.heap < before.heap) least.set(service, held);
      }),
    );
  }
  return least;
}

async function readHeap(service: string, pid: number, path: string): Promise<Held> {
  rmSync(path, { force: true });
  process.kill(pid, 'SIGUSR2');
  await waitUntil({ what: `what ${service} holds` }, () => (existsSync(path) ? true : undefined));
  const { heapUsed, external, rss } = JSON.parse(readFileSync(path, 'utf8')) as NodeJS.MemoryUsage;
  return { heap: heapUsed + external, rss };
}
