import { migrate, openDataSource } from '@besure/event-store';
import { networkOf, rightsOriginOf } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { LogStore } from '@besure/log-store';
import { freshDatabase, waitUntil } from '@besure/testing';
import type { DataSource } from 'typeorm';
import { readChainState } from '../src/chain-rows.js';
import { ChainFollower, type ChainFollowerOptions } from '../src/chain-follower.js';
import { migrations, SCHEMA } from '../src/migrations.js';
import { HubSigning } from '../src/own-hub.js';
import { ReplayedRights } from '../src/rights/replayed.js';
import { Votes } from '../src/rights/votes.js';
import type { TestNetwork } from './scripted-network.js';

// Hubs that follow a scripted chain, each with a database of its own.

const cleanups: (() => Promise<unknown>)[] = [];

/** What a hub has in its database. */
export interface Hub {
  readonly url: string;
  readonly dataSource: DataSource;
  readonly log: LogStore;
  readonly rights: LogStore;
}

/** A hub with a new database, or with that of one that was closed. */
export async function openHub(network: TestNetwork, url?: string): Promise<Hub> {
  const at = url ?? (await freshDatabase()).url;
  await migrate({ url: at, schema: SCHEMA, migrations });
  const dataSource = await openDataSource({ url: at, schema: SCHEMA, poolSize: 4 });
  cleanups.unshift(() => dataSource.destroy());
  return {
    url: at,
    dataSource,
    log: new LogStore({ schema: SCHEMA, log: 'proofs', origin: network.charter.log.origin }),
    rights: new LogStore({
      schema: SCHEMA,
      log: 'rights',
      origin: rightsOriginOf(network.charter),
      keptLine: 'latest',
    }),
  };
}

/** Follows the chain with the keys of one of the network's hubs. */
export function follow(
  network: TestNetwork,
  hub: Hub,
  options: Partial<ChainFollowerOptions> = {},
  index = 0,
): ChainFollower {
  const key = network.hubs[index];
  if (key === undefined) throw new Error('no such hub');
  const follower = new ChainFollower({
    rights: {
      charter: network.charter,
      log: hub.rights,
      signing: new HubSigning(hub.rights.origin, key.signer, nodePrimitives.sha256),
      suffices: () => true,
      replayed: new ReplayedRights(nodePrimitives, networkOf(network.charter, nodePrimitives.sha256)),
    },
    log: hub.log,
    sha256: nodePrimitives.sha256,
    primitives: nodePrimitives,
    dataSource: hub.dataSource,
    node: network.chain,
    signing: new HubSigning(network.charter.log.origin, key.signer, nodePrimitives.sha256),
    suffices: () => true,
    now: Date.now,
    pollMillis: 10,
    onTaken: () => {},
    onOvertaken: () => Promise.resolve(),
    onSignedAnew: () => {},
    onFailure: () => {},
    ...options,
  });
  cleanups.push(() => follower.stop());
  follower.start();
  return follower;
}

/** What a hub knows of votes. */
export function votesOf({ charter }: TestNetwork, { rights }: Hub): Votes {
  return new Votes(rights, new ReplayedRights(nodePrimitives, networkOf(charter, nodePrimitives.sha256)));
}

/** Waits until the blocks up to a height have been taken in. */
export async function untilTaken(hub: Hub, height: number): Promise<void> {
  await waitUntil({ what: `height ${height} to be taken in` }, async () =>
    (await readChainState(hub.dataSource)).height >= height ? true : undefined,
  );
}

/** Stops what follows and closes what is open. */
export async function closeHubs(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
}
