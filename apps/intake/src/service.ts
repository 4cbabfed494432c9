import { Worker, coreMigrations, migrate } from '@besure/event-store';
import {
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceParts,
  TokensFile,
  fromVariable,
  runService,
} from '@besure/service';
import {
  assertOfCharter,
  dialBus,
  isOfCharter,
  makeConsumers,
  makeRelay,
  openDeadLetters,
  openStore,
  runParts,
} from '@besure/service/zone';
import { nodePrimitives } from '@besure/keys';
import { CharterFollower, charterMigrations } from '@besure/log-store';
import type { DataSource } from 'typeorm';
import { Acceptor } from './acceptor.js';
import { intakeApi } from './api.js';
import { busDoor } from './bus-door.js';
import { type IntakeConfig, intakeConfiguration } from './configuration.js';
import { EVENTS_CONTEXT, type EventsContext, EventsController } from './events.controller.js';
import { Gate, freeBytesAt } from './gate.js';
import { intakeMigrations } from './migrations.js';
import { translateError } from './problems.js';
import { RateLimit } from './rate-limit.js';
import { MAX_BATCH_EVENTS } from './read-body.js';
import { readers } from './readers.js';
import { countWaiting } from './state-rows.js';

/** The schema of this service, and the name of its pipe. */
const SCHEMA = 'intake';
const migrations = [...coreMigrations(SCHEMA), ...charterMigrations(SCHEMA), ...intakeMigrations];
const LOOK_MILLIS = 1000;

/** Takes events from back offices: see the README. */
export const intakeService: ServiceDefinition<IntakeConfig> = {
  name: 'intake',
  api: intakeApi,
  rawBodies: true,
  configuration: intakeConfiguration,
  migrate: async ({ databaseUrl: url }) => void (await migrate({ url, schema: SCHEMA, migrations })),
  deadLetters: (config) => openDeadLetters(config, SCHEMA, migrations, () => readers),
  build,
};

/** Starts the service in this process. */
export function start(config: IntakeConfig): Promise<RunningService> {
  return runService(intakeService, config);
}

async function build(context: ServiceContext<IntakeConfig>): Promise<ServiceParts> {
  const { config, log, metrics, health } = context;
  const tokens = fromVariable('BESURE_TOKENS_FILE', () => new TokensFile(config.tokensFile, log));
  const { store, dataSource } = await openStore(context, SCHEMA, migrations);
  const charters = await CharterFollower.open(
    { store, first: config.charter, hubLogUrls: config.hubLogUrls, primitives: nodePrimitives, log },
    (charter) => isOfCharter(config, charter),
  );
  assertOfCharter(config, charters.charter);
  const bus = dialBus(context, 'zone', config.bus, SCHEMA);
  const gate = await makeGate(config, dataSource);
  const accepted = metrics.counter('besure_accepted_total');
  const acceptor = new Acceptor({
    store,
    vault: config.vault,
    now: Date.now,
    onAccepted(count) {
      gate.add(count);
      accepted.inc(count);
    },
  });
  metrics.gaugeFrom('besure_statements', () => ({ accepted: gate.backlog }));
  context.onStop('acceptor', () => acceptor.close());

  const look = new Worker({
    round: () => gate.look().then(() => false),
    restMillis: LOOK_MILLIS,
    onFailure: (error, attempt) => log.warn('looking at backlog and disk failed', { error, attempt }),
  });
  const pipes = { config, store, bus, log, metrics, health };
  const consumers = makeConsumers(pipes, readers);
  const events: EventsContext = {
    rules: {
      get charter() {
        return charters.charter;
      },
      organisation: config.organisation,
      role: config.role,
      clockToleranceMillis: config.clockToleranceSeconds * 1000,
      maxAgeMillis: config.maxEventAgeSeconds * 1000,
    },
    vault: config.vault,
    acceptor,
    gate,
    rates: new RateLimit(config.maxEventsPerSecond, MAX_BATCH_EVENTS),
    database: dataSource,
    now: Date.now,
  };
  return {
    tokens,
    translateError,
    controllers: [EventsController],
    providers: [{ provide: EVENTS_CONTEXT, useValue: events }],
    started: runParts(context, [
      charters,
      makeRelay(pipes, ['proof']),
      ...consumers,
      look,
      busDoor({ ...events, bus, tokens, log }),
    ]),
  };
}

async function makeGate(config: IntakeConfig, dataSource: DataSource): Promise<Gate> {
  const folder = config.minFreeBytes === 0 ? null : await databaseFolder(dataSource);
  return new Gate({
    countWaiting: (limit) => countWaiting(dataSource, limit),
    maxBacklog: config.maxBacklog,
    freeBytes: () => freeBytesAt(folder),
    minFreeBytes: config.minFreeBytes,
    now: () => performance.now(),
  });
}

/** Where the database lies, if its user may know and it is this machine; null means that the check is left to whoever runs it. */
async function databaseFolder(dataSource: DataSource): Promise<string | null> {
  const [row] = await dataSource.query<{ folder: string | null }[]>(
    `SELECT CASE WHEN pg_has_role('pg_read_all_settings', 'MEMBER') AND inet_server_addr() IS NOT DISTINCT FROM inet_client_addr()
                 THEN current_setting('data_directory') END AS folder`,
  );
  return row?.folder ?? null;
}
