import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { startSupervised, waitUntil } from '@besure/testing';
import { LedgerAccess, type LedgerAddress } from './ledger-access.js';
import type { Profile } from './profile.js';

/** A ledger node that runs; `pid` is null where it is not ours. */
export interface RunningLedger {
  readonly address: LedgerAddress;
  readonly pid: number | null;
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** A node that somebody else runs. */
export function foreignLedger(address: LedgerAddress): RunningLedger {
  return {
    address,
    pid: null,
    stop: () => Promise.resolve(),
    kill: () => Promise.reject(new Error('this ledger is not ours to kill')),
  };
}

const CHAIN = 'besure';
const USER = 'besure';
const require = createRequire(import.meta.url);

/** Starts the simulated ledger in a process of its own: where a real node stands, too, is none of ours. */
export async function startDevchain(options: {
  readonly folder: string;
  readonly port: number;
  readonly profile: Profile;
}): Promise<RunningLedger> {
  const { folder, port, profile } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const passwordFile = join(folder, 'password');
  if (!existsSync(passwordFile)) {
    writeFileSync(passwordFile, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  }
  const address: LedgerAddress = { url: `http://127.0.0.1:${port}`, user: USER, passwordFile, chain: CHAIN };
  const supervised = await startSupervised({
    name: 'devchain',
    command: process.execPath,
    args: [join(require.resolve('@besure/devchain'), '..', 'main.js')],
    env: {
      BESURE_HTTP_PORT: String(port),
      BESURE_HTTP_HOST: '127.0.0.1',
      DEVCHAIN_DATA_DIR: join(folder, 'data'),
      DEVCHAIN_CHAIN: CHAIN,
      DEVCHAIN_USER: USER,
      DEVCHAIN_PASSWORD_FILE: passwordFile,
      DEVCHAIN_BLOCK_MILLIS: String(profile.blockMillis),
    },
    logFile: join(folder, 'devchain.log'),
  });
  const access = new LedgerAccess(address);
  // It reads all its blocks first: after an hour of ten a second they are many.
  await waitUntil({ what: 'the ledger to answer', timeoutMillis: 120_000 }, async () => {
    if (supervised.exitCode() !== undefined)
      throw new Error(`devchain ended while starting: see ${supervised.logFile}`);
    try {
      return await access.blockCount();
    } catch {
      return undefined;
    }
  });
  return {
    address,
    pid: supervised.pid,
    async stop() {
      await supervised.stop();
    },
    async kill() {
      supervised.signal('KILL');
      await supervised.exited;
    },
  };
}
