import { type Worker, coreMigrations, isDatabaseUnavailable, migrate } from '@besure/event-store';
import { type Charter, slotStartMillis } from '@besure/governance';
import { nodePrimitives, rememberCheckpointSignatures } from '@besure/keys';
import { CharterFollower, charterMigrations, logMigrations } from '@besure/log-store';
import { NatsRequestServer, onHint, request } from '@besure/messaging';
import { SlotPaths, SUBJECTS } from '@besure/protocol';
import {
  ConfigurationError,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceParts,
  TokensFile,
  fromVariable,
  problems,
  runService,
} from '@besure/service';
import {
  type BusConfig,
  type Running,
  answerMillis,
  assertOfCharter,
  dialBus,
  isOfCharter,
  makeConsumers,
  makeRelay,
  openDeadLetters,
  openStore,
  runParts,
} from '@besure/service/zone';
import { ACCUSATIONS_DB, AccusationsController } from './accusations/accusations.controller.js';
import { accuserPart } from './accusations/parts.js';
import { archiveApi } from './api.js';
import { type ArchiveConfig, archiveConfiguration } from './configuration.js';
import { CopiesController, SERVING_CONTEXT } from './copies.controller.js';
import { EVIDENCE_CONTEXT, type EvidenceContext, EvidenceController } from './evidence.controller.js';
import { FollowedLog } from './followed-log.js';
import { archiveMigrations } from './migrations.js';
import { SCHEMA, type Shared, logFollower, logStoreOf, worker } from './parts.js';
import { proofReader } from './proof-reader.js';
import { pullCopies } from './pull-copies.js';
import { ReadingsController } from './readings.controller.js';
import type { ServingContext } from './serve-copies.js';
import { MAX_PARTS, type Settled, settleParts } from './settle.js';
import { timeStampFollower } from './time-stamps/parts.js';
import { watchTables } from './watch-tables.js';
import { witnessParts } from './witness/parts.js';
import { type WitnessKey, witnessKeyOf } from './witness/witness-key.js';

const migrations = [
  ...coreMigrations(SCHEMA),
  ...logMigrations(SCHEMA),
  ...charterMigrations(SCHEMA),
  ...archiveMigrations,
];
const RETRY_AFTER_SECONDS = 2;
const MISMATCH = 'openings do not open their statement';
const DIFFERING =
  'a statement was recorded with other signatures than are kept of it: this recording is left out';

/** Keeps what proves, and hands it out: see the README. */
export const archiveService: ServiceDefinition<ArchiveConfig> = {
  name: 'archive',
  api: archiveApi,
  configuration: archiveConfiguration,
  migrate: async ({ databaseUrl: url }) => void (await migrate({ url, schema: SCHEMA, migrations })),
  deadLetters: (config, log) =>
    openDeadLetters(config, SCHEMA, migrations, (store) => [
      proofReader({
        ...config,
        store,
        onMismatch: (statement) => log.error(MISMATCH, { statement }),
        onDiffering: (statement) => log.error(DIFFERING, { statement }),
        kept: () => {},
      }),
    ]),
  build,
};

/** Starts the service in this process. */
export function start(config: ArchiveConfig): Promise<RunningService> {
  return runService(archiveService, config);
}

async function build(context: ServiceContext<ArchiveConfig>): Promise<ServiceParts> {
  const { config, log, metrics, health } = context;
  const tokens = fromVariable('BESURE_TOKENS_FILE', () => new TokensFile(config.tokensFile, log));
  const { store, dataSource } = await openStore(context, SCHEMA, migrations);
  const primitives = rememberCheckpointSignatures(nodePrimitives);
  const charters = await CharterFollower.open(
    { store, first: config.charter, hubLogUrls: config.hubs.map(({ logUrl }) => logUrl), primitives, log },
    (charter) => isOfCharter(config, charter) && witnessKey(config, () => charter) !== undefined,
  );
  assertOfCharter(config, charters.charter);
  const ownKey = witnessKey(config, () => charters.charter);
  if (ownKey === undefined)
    throw new ConfigurationError(
      'BESURE_WITNESS_KEY_FILE',
      'must hold the key of a witness of the charter; one that the board admits can start from then on',
    );
  const bus = dialBus(context, 'zone', config.bus, SCHEMA);
  const shared: Shared = {
    config,
    charters,
    witnessKey: ownKey,
    store,
    bus,
    log,
    metrics,
    health,
    primitives,
  };
  const logStore = logStoreOf(config, 'proofs');
  const ledger = new FollowedLog(logStore, () => charters.charter, primitives);

  const settler = worker(shared, 'settling', async () => {
    const settled = await settleParts({
      organisation: config.organisation,
      role: config.role,
      store,
      log: ledger,
    });
    report(shared, settled);
    return settled.parts.length + settled.contradicted.length === MAX_PARTS;
  });
  const puller =
    config.exchangeBus === null ? null : copyPuller(context, shared, config.exchangeBus, ledger, settler);
  const follower = logFollower(shared, logStore, () => {
    settler.wake();
    puller?.wake();
  });
  const hubs = config.hubs.map(({ bus: hub }, at) => dialBus(context, `hub-${at}`, hub, config.organisation));
  const witness = witnessParts(shared, dataSource, hubs);
  for (const hub of hubs) {
    onHint(hub, SUBJECTS.logHint, () => {
      follower.wake();
      witness.proofs.wake();
    });
    onHint(hub, SUBJECTS.rightsHint, () => {
      charters.wake();
      witness.rights.wake();
    });
  }
  const consumers = makeConsumers(shared, [
    proofReader({
      ...config,
      store,
      onMismatch(statement) {
        metrics.gauge('besure_alarms').inc({ kind: 'openings-mismatch' });
        log.error(MISMATCH, { statement });
      },
      onDiffering(statement) {
        metrics.gauge('besure_alarms').inc({ kind: 'other-countersignature' });
        log.error(DIFFERING, { statement });
      },
      kept: () => settler.wake(),
    }),
  ]);
  const parts: Running[] = [
    charters,
    makeRelay(shared, ['intake']),
    settler,
    follower,
    timeStampFollower(shared, logStore),
    witness.proofs,
    witness.rights,
    accuserPart(shared, dataSource),
    ...consumers,
    watchTables(shared),
  ];
  if (puller !== null) parts.push(puller);

  const evidence: EvidenceContext = { store, log: ledger, vault: config.vault };
  const exchange = config.role === 'exchange' ? exchangeParts(shared) : {};
  return {
    ...exchange,
    tokens,
    translateError: (error) =>
      isDatabaseUnavailable(error) ? problems.unavailable(RETRY_AFTER_SECONDS) : null,
    controllers: [
      AccusationsController,
      EvidenceController,
      ReadingsController,
      ...(exchange.controllers ?? []),
    ],
    providers: [
      { provide: EVIDENCE_CONTEXT, useValue: evidence },
      { provide: ACCUSATIONS_DB, useValue: dataSource },
      ...(exchange.providers ?? []),
    ],
    started: runParts(context, parts),
  };
}

/** What this archive cosigns with; null where it does not, and undefined where the charter does not know the key: what it signed would count for nobody. */
function witnessKey({ witnessSigner }: ArchiveConfig, charter: () => Charter): WitnessKey | null | undefined {
  if (witnessSigner === null) return null;
  return witnessKeyOf(charter, witnessSigner, nodePrimitives.sha256) ?? undefined;
}

/** In an organisation: takes copies from the exchange. */
function copyPuller(
  context: ServiceContext<ArchiveConfig>,
  shared: Shared,
  exchange: BusConfig,
  ledger: FollowedLog,
  settler: Worker,
): Running & { wake(): void } {
  const { config, charters, store, log, metrics, primitives } = shared;
  const { organisation, charter, vault } = config;
  const exchangeBus = dialBus(context, 'exchange', exchange, organisation);
  const deadLetters = metrics.gauge('besure_dead_letters');
  const paths = new SlotPaths(primitives.sha256);
  const stopping = new AbortController();
  const options = { timeoutMillis: answerMillis(charter), signal: stopping.signal };
  // Nobody tells when the exchange has more: several looks in a slot, so that evidence is complete little later.
  const look = async (): Promise<boolean> => {
    const { taken, more } = await pullCopies({
      organisation,
      charter: charters.charter,
      store,
      vault,
      primitives,
      paths,
      logSize: (tx) => ledger.size(tx),
      request: (payload) => request(exchangeBus, SUBJECTS.copies(organisation), { ...payload }, options),
      onRefused(index, code) {
        deadLetters.inc({ source: 'exchange' });
        log.error('a copy of the exchange was refused', { index, code });
      },
    });
    if (taken > 0) settler.wake();
    return more;
  };
  const puller = worker(shared, 'copies', look, { looksPerSlot: 4 });
  return {
    start: () => puller.start(),
    wake: () => puller.wake(),
    async stop() {
      // An exchange that is not there is not waited for.
      stopping.abort();
      await puller.stop();
    },
  };
}

/** At the exchange: answers organisations that ask for their copies. */
function exchangeParts({ config, charters, store, bus, log }: Shared): ServiceParts {
  const serving: ServingContext = {
    exchange: config.organisation,
    get charter() {
      return charters.charter;
    },
    store,
    vault: config.vault,
  };
  const server = new NatsRequestServer({
    bus,
    onFailure: (error, subject) => log.warn('answering failed', { error, subject }),
  });
  return {
    controllers: [CopiesController],
    providers: [{ provide: SERVING_CONTEXT, useValue: serving }],
    microservices: [server],
  };
}

/** Metrics and alarms of one round. The time counts from the start of the slot in which a statement was recorded. */
function report({ config, log, metrics }: Shared, { parts, contradicted }: Settled): void {
  const seconds = metrics.histogram('besure_time_to_final_seconds');
  for (const { slot } of parts) {
    seconds.observe(Math.max(0, (Date.now() - slotStartMillis(config.charter, slot)) / 1000));
  }
  for (const { member, slot } of contradicted) {
    metrics.gauge('besure_alarms').inc({ kind: 'contradicted-slot' });
    log.error('the ledger holds another root than was recorded', { organisation: member, slot });
  }
}
