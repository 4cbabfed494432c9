import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Network } from './network.js';

/** `.besure/run.json`: what runs, for scripts and for the other commands. */
export interface RunFile {
  readonly version: 1;
  /** The process that holds all others; ending it ends them. */
  readonly pid: number;
  readonly services: readonly {
    readonly name: string;
    readonly organisation: string;
    readonly pid: number;
    readonly http: string;
  }[];
  readonly nats: { readonly url: string; readonly pid: number };
  /** `folder`: where PostgreSQL keeps its data, in a place that its user can reach. */
  readonly postgres: { readonly url: string; readonly pid: number; readonly folder: string };
  /** `simulated`: devchain, one process for all hubs, and not a node of MultiChain. */
  readonly ledger: { readonly url: string; readonly chain: string; readonly simulated: boolean };
  /** The hubs by the charter; `log` is where each serves the ledger log (C2SP tlog-tiles). */
  readonly hubs: readonly { readonly id: string; readonly operator: string; readonly log: string }[];
  /** Organisation -> file with a bearer token that may do everything there. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** Where a hub of a network serves the ledger log. */
export function hubLogOf(services: RunFile['services'], hub: string): string {
  const writer = services.find(({ name, organisation }) => name === 'ledger-writer' && organisation === hub);
  if (writer === undefined) throw new RangeError(`${hub} is no hub of this network`);
  return `${writer.http}/log/proofs`;
}

/** The program of the process that holds a network. */
export const KEEP_UP = 'keep-up.js';

/** The folder of the network that stays, below a state folder. */
export function networkFolder(state: string): string {
  return join(state, 'up');
}

/** The path of the run file below a state folder. */
export function runFilePath(state: string): string {
  return join(state, 'run.json');
}

/** Writes the run file so that nobody ever reads half of it. */
export function writeRunFile(state: string, network: Network): void {
  const { charter, services, nats, postgres, ledger, tokens } = network;
  const run: RunFile = {
    version: 1,
    pid: process.pid,
    services,
    nats,
    postgres,
    ledger: {
      url: ledger.address.url,
      chain: ledger.address.chain,
      simulated: services.some(({ name }) => name === 'devchain'),
    },
    hubs: charter.hubs.map(({ id, operator }) => ({ id, operator, log: hubLogOf(services, id) })),
    tokens,
  };
  // The address of PostgreSQL holds its password.
  writeWhole(runFilePath(state), `${JSON.stringify(run, null, 2)}\n`, 0o600);
}

/** Writes the trust file of the network that runs, likewise. */
export function writeTrust(state: string, trust: string): void {
  writeWhole(join(state, 'trust.json'), trust, 0o644);
}

function writeWhole(path: string, text: string, mode: number): void {
  writeFileSync(`${path}.new`, text, { mode });
  renameSync(`${path}.new`, path);
}

/** What runs now; null where nothing does, also after a crash that left the file behind. */
export function readRunFile(state: string): RunFile | null {
  const path = runFilePath(state);
  if (!existsSync(path)) return null;
  const run = JSON.parse(readFileSync(path, 'utf8')) as RunFile;
  return isNetwork(run.pid) ? run : null;
}

/** Removes the run file. */
export function removeRunFile(state: string): void {
  rmSync(runFilePath(state), { force: true });
}

/**
 * Makes this process the only one that starts or holds a network below `state`. Throws where another one does.
 *
 * @returns what gives the place up again
 */
export function claimState(state: string): () => void {
  const path = join(state, 'up.pid');
  if (existsSync(path) && !isNetwork(Number(readFileSync(path, 'utf8')))) rmSync(path, { force: true });
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
  } catch (cause) {
    throw new Error(`another ./besure up is at work: see ${path}`, { cause });
  }
  return () => rmSync(path, { force: true });
}

/**
 * Whether the process with this id holds a network. After a crash of the machine another process may have got the id: it is not to be taken
 * for ours, and above all not to be ended.
 */
function isNetwork(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(KEEP_UP);
  } catch {
    return false;
  }
}

/** Whether a process with this id runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
