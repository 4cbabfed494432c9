import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start as startDevchain } from '@besure/devchain';
import type { Charter } from '@besure/governance';
import type { CheckpointSigner } from '@besure/keys';
import { ledgerWriterService, start as startLedgerWriter } from '@besure/ledger-writer';
import { connectNode, type NodeSettings } from '@besure/multichain';
import type { RunningService } from '@besure/service';
import { freshDatabase, type Nats, waitUntil } from '@besure/testing';
import type { CharterOptions } from '../../apps/ledger-writer/contract/scripted-network.js';

/** A ledger that is there for the test, and how to end it. */
export interface Ledger {
  readonly settings: NodeSettings;
  stop(): Promise<unknown>;
}

/** A new ledger in this process. */
export async function devchain(blockMillis = 50): Promise<Ledger> {
  const account = { chain: 'besure', user: 'test', password: 'test' };
  const dataDirectory = mkdtempSync(join(tmpdir(), 'besure-devchain-'));
  const running = await startDevchain({
    ...account,
    http: { port: 0 },
    logLevel: 'error',
    dataDirectory,
    blockMillis,
  });
  return {
    settings: { url: running.httpUrl, ...account },
    async stop() {
      await running.stop();
      rmSync(dataDirectory, { recursive: true });
    },
  };
}

/** What a charter says of a ledger, and its only node. */
export async function parametersOf({ settings }: Ledger): Promise<CharterOptions> {
  const node = connectNode(settings);
  const params = await waitUntil({ what: 'the node' }, () =>
    node.getBlockchainParams().catch(() => undefined),
  );
  const [founder] = await node.listPermissions('admin');
  node.close();
  return { ...params, genesis: params.genesisHash, nodeAddress: founder!.address };
}

/** Starts a ledger-writer with an empty database and these keys. */
export async function startHub(
  charter: Charter,
  signer: CheckpointSigner,
  ledger: Ledger,
  nats: Nats,
): Promise<RunningService> {
  const { url: databaseUrl } = await freshDatabase();
  const config = {
    http: { port: 0 },
    logLevel: 'error',
    databaseUrl,
    bus: { url: nats.url, credentialsFile: undefined },
    charter,
    signer,
    node: ledger.settings,
    timeStamps: null,
  } as const;
  const silent = (): void => {};
  await ledgerWriterService.migrate?.(config, { debug: silent, info: silent, warn: silent, error: silent });
  return startLedgerWriter(config);
}
