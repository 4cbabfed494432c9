import { setTimeout as pause } from 'node:timers/promises';
import { fsck, FsckError, type FsckOptions, type FsckReport, type Standing, standing } from '@besure/fsck';
import { nodePrimitives } from '@besure/keys';
import { openTrust } from '@besure/verification';
import { zoneDatabaseUrl } from './databases.js';
import { readToken } from './key-folder.js';
import type { Network } from './network.js';
import { hubLogOf, type RunFile } from './run-file.js';

/** What of a network fsck needs. */
export type CheckedNetwork = Pick<Network, 'trust' | 'postgres' | 'tokens'> & Pick<RunFile, 'services'>;

/** How far fsck goes. */
export interface FsckNetworkOptions {
  /** How much evidence of each organisation is verified; all where it is not said. */
  readonly sample?: number | 'all';
  /** Whether the ledger is read from its first block on; not where it is not said, for it takes as long as there are blocks. */
  readonly ledger?: boolean;
}

/** Compares all that a network holds with what it has acknowledged: see `fsck`. The network may be at work. */
export function fsckNetwork(
  network: CheckedNetwork & Pick<Network, 'ledger'>,
  options: FsckNetworkOptions = {},
): Promise<FsckReport> {
  const checked = fsckOptionsOf(network, options);
  return fsck(options.ledger === true ? { ...checked, ledger: network.ledger } : checked);
}

/** All zones and hubs of a network, as fsck reads them. */
export function fsckOptionsOf(
  network: CheckedNetwork,
  { sample = 'all' }: Pick<FsckNetworkOptions, 'sample'> = {},
): FsckOptions {
  const { trust, services, postgres, tokens } = network;
  const opened = openTrust(trust, nodePrimitives);
  const { charter } = opened;
  return {
    charter,
    trust: opened,
    zones: charter.organisations.map(({ id, role }) => ({
      organisation: id,
      database: zoneDatabaseUrl(postgres.url, id),
      archive:
        role === 'exchange'
          ? null
          : {
              url: services.find(({ name, organisation }) => name === 'archive' && organisation === id)!.http,
              token: readToken(tokens[id]!),
            },
    })),
    hubs: charter.hubs.map(({ id }) => ({ id, logUrl: hubLogOf(services, id) })),
    sample,
  };
}

/** Looking means reading much: not so often that it slows down what is waited for. */
const LOOK_MILLIS = 250;

/** A network did not come to rest in time. */
export class NotSettledError extends Error {
  override readonly name = 'NotSettledError';
  /** How it stood at the end; null where its databases did not answer. */
  readonly standing: Standing | null;

  constructor(deadlineMillis: number, last: Standing | null, options?: ErrorOptions) {
    super(`not settled after ${deadlineMillis} ms: ${JSON.stringify(last)}`, options);
    this.standing = last;
  }
}

/**
 * Waits until every acknowledged event of a network is in a final state, and every copy is fetched. Databases that do not answer are waited for,
 * too. Throws NotSettledError after so many milliseconds.
 */
export async function waitUntilSettled(network: CheckedNetwork, deadlineMillis: number): Promise<Standing> {
  const options = fsckOptionsOf(network);
  const until = Date.now() + deadlineMillis;
  for (;;) {
    let last: Standing | null = null;
    let cause: unknown;
    try {
      last = await standing(options);
    } catch (error) {
      if (!(error instanceof FsckError)) throw error;
      cause = error;
    }
    if (last !== null && last.underway === 0 && last.copiesUnderway === 0) return last;
    if (Date.now() > until) throw new NotSettledError(deadlineMillis, last, { cause });
    await pause(LOOK_MILLIS);
  }
}
