import { join } from 'node:path';
import { coreMigrations, EventStore, migrate, openDataSource } from '@besure/event-store';
import { type Charter, parseCharter } from '@besure/governance';
import {
  type CheckpointSigner,
  generateHubKeys,
  generateWitnessKey,
  type MessageSigner,
  nodePrimitives,
  rememberCheckpointSignatures,
} from '@besure/keys';
import { type CharterFollower, logMigrations } from '@besure/log-store';
import { type Bus, connectBus } from '@besure/messaging';
import { encodeBase64url } from '@besure/protocol';
import { createLog, Health, ServiceMetrics } from '@besure/service';
import { freshDatabase, waitUntil } from '@besure/testing';
import type { DataSource } from 'typeorm';
import type { ArchiveConfig } from '../src/configuration.js';
import { archiveMigrations } from '../src/migrations.js';
import { SCHEMA, type Shared } from '../src/parts.js';
import { witnessParts } from '../src/witness/parts.js';
import { witnessKeyOf } from '../src/witness/witness-key.js';
import { ScriptedHub } from './scripted-hub.js';
import { ScriptedNetwork } from './scripted-network.js';

const NAMES = ['alpha', 'beta', 'exchange'] as const;
/** The organisations, whose archives are witnesses. */
export type Name = (typeof NAMES)[number];

/** How an archive is run: with a key unless said otherwise, on the log of proofs, by the clock of this machine (milliseconds since 1970). */
export interface ArchiveOptions {
  readonly isWitness?: boolean;
  readonly log?: 'proofs' | 'rights';
  readonly now?: () => number;
}

/** Where a hub serves its logs, and its bus. */
export type HubAddress = Pick<ScriptedHub, 'logUrl' | 'busUrl'>;

/** A charter of two hubs and three witnesses, and what of it runs. */
export class WitnessedNetwork {
  readonly charter: Charter;
  readonly witnessKeys: Readonly<Record<Name, MessageSigner>>;
  readonly #hubKeys: readonly CheckpointSigner[];
  readonly #closing: (() => Promise<unknown>)[] = [];

  private constructor(
    charter: Charter,
    hubKeys: readonly CheckpointSigner[],
    witnessKeys: Readonly<Record<Name, MessageSigner>>,
  ) {
    this.charter = charter;
    this.#hubKeys = hubKeys;
    this.witnessKeys = witnessKeys;
  }

  /** Makes the keys in a folder. */
  static async make(folder: string): Promise<WitnessedNetwork> {
    const network = await ScriptedNetwork.make(folder);
    const hubKeys = [network.hub, generateHubKeys(join(folder, 'other-hub.json'))];
    const witnessKeys = Object.fromEntries(
      NAMES.map((name) => [name, generateWitnessKey(join(folder, `${name}.witness`))]),
    ) as Record<Name, MessageSigner>;
    const [first] = network.charter.hubs;
    const pair = ({ mlDsa44, ed25519 }: CheckpointSigner['log']) => ({
      mlDsa44: encodeBase64url(mlDsa44.publicKey),
      ed25519: encodeBase64url(ed25519.publicKey),
    });
    const charter = parseCharter(
      JSON.stringify({
        ...network.charter,
        hubs: hubKeys.map(({ log, witness }, i) => ({
          ...first,
          id: `hub-${i}`,
          name: `hub-${i}.example`,
          operator: `Operator ${i}`,
          keys: [{ from: 0, until: null, log: pair(log), witness: pair(witness) }],
        })),
        witnesses: NAMES.map((name) => ({
          id: name,
          name: `${name}.example`,
          group: name,
          keys: [{ from: 1000, until: null, mlDsa44: encodeBase64url(witnessKeys[name].publicKey) }],
        })),
        quorum: { hubs: 1, witnesses: 2 },
      }),
    );
    return new WitnessedNetwork(charter, hubKeys, witnessKeys);
  }

  /** Starts a hub with one of its logs. */
  async startHub(index: number, log: 'proofs' | 'rights' = 'proofs'): Promise<ScriptedHub> {
    const started = await ScriptedHub.start(this.charter, index, this.#hubKeys[index]!, log);
    this.#closing.push(() => started.stop());
    return started;
  }

  /** Starts an archive, with a database of its own. */
  async openArchive(
    name: Name,
    hubs: readonly ScriptedHub[],
    options: ArchiveOptions = {},
  ): Promise<WitnessingArchive> {
    const archive = await WitnessingArchive.open(this, name, hubs, options);
    this.#closing.push(() => archive.close());
    return archive;
  }

  /** Stops what was started. */
  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).toReversed()) await close();
  }
}

/** The witnessing part of an archive, with a database of its own. */
export class WitnessingArchive {
  readonly name: Name;
  readonly dataSource: DataSource;
  readonly store: EventStore;
  readonly metrics = new ServiceMetrics('archive');
  /** What it logged. */
  readonly said: string[] = [];
  /** By its clock, in milliseconds since 1970. */
  now: () => number;
  readonly #hubs: readonly HubAddress[];
  readonly #log: 'proofs' | 'rights';
  #running: { stop(): Promise<unknown>; wake(): void } = { stop: () => Promise.resolve(), wake: () => {} };
  readonly #network: Pick<WitnessedNetwork, 'charter' | 'witnessKeys'>;

  private constructor(
    network: Pick<WitnessedNetwork, 'charter' | 'witnessKeys'>,
    name: Name,
    hubs: readonly HubAddress[],
    dataSource: DataSource,
    { log = 'proofs', now = Date.now }: ArchiveOptions,
  ) {
    this.#network = network;
    this.name = name;
    this.#hubs = hubs;
    this.#log = log;
    this.now = now;
    this.dataSource = dataSource;
    this.store = new EventStore({ dataSource, schema: SCHEMA });
  }

  /** Starts an archive, with a database of its own. */
  static async open(
    network: Pick<WitnessedNetwork, 'charter' | 'witnessKeys'>,
    name: Name,
    hubs: readonly HubAddress[],
    options: ArchiveOptions = {},
  ): Promise<WitnessingArchive> {
    const { url } = await freshDatabase();
    const migrations = [...coreMigrations(SCHEMA), ...logMigrations(SCHEMA), ...archiveMigrations];
    await migrate({ url, schema: SCHEMA, migrations });
    const dataSource = await openDataSource({ url, schema: SCHEMA });
    const archive = new WitnessingArchive(network, name, hubs, dataSource, options);
    await archive.start(options.isWitness);
    return archive;
  }

  /** Stops it for good. */
  async close(): Promise<void> {
    await this.stop();
    await this.dataSource.destroy();
  }

  /** Starts watching and, unless it is no witness, cosigning. */
  async start(isWitness = true): Promise<void> {
    const { charter, witnessKeys } = this.#network;
    const config = {
      organisation: this.name,
      charter,
      hubs: this.#hubs.map(({ logUrl, busUrl }) => ({ logUrl, bus: { url: busUrl } })),
    } as unknown as ArchiveConfig;
    const buses: Bus[] = config.hubs.map(({ bus }) =>
      connectBus({ url: bus.url, name: this.name, inboxPrefix: `_INBOX_${this.name}` }),
    );
    const log = createLog({ name: 'archive', stream: { write: (text: string) => this.said.push(text) } });
    const { store, metrics } = this;
    const primitives = rememberCheckpointSignatures(nodePrimitives);
    const charters = { charter } as CharterFollower;
    const signer = witnessKeys[this.name];
    const shared: Shared = {
      config,
      charters,
      witnessKey: isWitness ? witnessKeyOf(() => charter, signer, nodePrimitives.sha256) : null,
      store,
      log,
      metrics,
      health: new Health(),
      bus: buses[0]!,
      primitives,
    };
    const parts = witnessParts(shared, this.dataSource, buses, () => this.now())[this.#log];
    this.#running = {
      wake: () => parts.wake(),
      async stop() {
        await parts.stop();
        await Promise.all(buses.map((bus) => bus.close()));
      },
    };
    await parts.start();
  }

  async stop(): Promise<void> {
    await this.#running.stop();
    this.#running = { stop: () => Promise.resolve(), wake: () => {} };
  }

  /** A hint of a hub has come. */
  wake(): void {
    this.#running.wake();
  }

  async state(): Promise<{ size: number; time: number }> {
    const [row] = await this.dataSource.query<{ size: string; signed_at: string }[]>(
      'SELECT size, signed_at FROM witness_state WHERE log = $1',
      [this.#log === 'rights' ? 'rights' : 'witnessed'],
    );
    return { size: Number(row?.size), time: Number(row?.signed_at) };
  }

  async caught(): Promise<CaughtRow[]> {
    return this.dataSource.query<CaughtRow[]>('SELECT * FROM contradiction ORDER BY id');
  }

  /** Waits until something was caught. */
  async untilCaught(count = 1): Promise<CaughtRow[]> {
    return waitUntil({ what: `${this.name} to notice` }, async () => {
      const rows = await this.caught();
      return rows.length >= count ? rows : undefined;
    });
  }

  async alarms(): Promise<[kind: unknown, count: number][]> {
    const { values } = await this.metrics.gauge('besure_alarms').get();
    return values.map(({ labels, value }) => [labels.kind, value]);
  }
}

/** A contradiction as it is kept. */
export interface CaughtRow {
  readonly kind: string;
  readonly hub: string;
  readonly our_note: string;
  readonly their_note: string;
  readonly our_entry: Buffer | null;
  readonly our_proof: string | null;
  readonly their_entry: Buffer | null;
  readonly their_proof: string | null;
}
