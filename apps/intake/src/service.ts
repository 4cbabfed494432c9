import {
  EventStore,
  Worker,
  assertMigrated,
  coreMigrations,
  migrate,
  openDataSource,
} from '@besure/event-store';
import { connectBus, inboxPrefixOf } from '@besure/messaging';
import {
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceParts,
  TokensFile,
  fromVariable,
  runService,
} from '@besure/service';
import type { DataSource } from 'typeorm';
import { Acceptor } from './acceptor.js';
import { type IntakeConfig, intakeConfiguration } from './configuration.js';
import { EVENTS_CONTEXT, type EventsContext, EventsController } from './events.controller.js';
import { Gate, freeBytesAt } from './gate.js';
import { intakeMigrations } from './migrations.js';
import { type Running, SCHEMA, type Shared, consumersOf, relayOf } from './parts.js';
import { translateError } from './problems.js';
import { countWaiting } from './state-rows.js';

const migrations = [...coreMigrations(SCHEMA), ...intakeMigrations];
const LOOK_MILLIS = 1000;

/** Takes events from back offices: see the README. */
export const intakeService: ServiceDefinition<IntakeConfig> = {
  name: 'intake',
  configuration: intakeConfiguration,
  migrate: async ({ databaseUrl: url }) => void (await migrate({ url, schema: SCHEMA, migrations })),
  build,
};

/** Starts the service in this process. */
export function start(config: IntakeConfig): Promise<RunningService> {
  return runService(intakeService, config);
}

async function build(context: ServiceContext<IntakeConfig>): Promise<ServiceParts> {
  const { config, log, metrics, health } = context;
  const tokens = fromVariable('BESURE_TOKENS_FILE', () => new TokensFile(config.tokensFile, log));
  const dataSource = await openDataSource({ url: config.databaseUrl, schema: SCHEMA });
  context.onStop('database', () => dataSource.destroy());
  await assertMigrated(dataSource, SCHEMA, migrations);
  health.need('database', () => dataSource.query('SELECT 1').then(() => true));

  const bus = connectBus({
    url: config.bus.url,
    name: `${config.organisation}-${SCHEMA}`,
    inboxPrefix: inboxPrefixOf(SCHEMA),
    ...(config.bus.credentialsFile !== undefined && { credentialsFile: config.bus.credentialsFile }),
    onChange: (connected) =>
      log.info('bus', { kind: 'zone', state: connected ? 'connected' : 'disconnected' }),
  });
  context.onStop('bus', () => bus.close());
  health.show('bus', () => bus.connected);

  const store = new EventStore({ dataSource, schema: SCHEMA });
  const shared: Shared = { store, bus, log, metrics };
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
  const running: Running[] = [relayOf(shared), ...consumersOf(shared), look];
  for (const part of running) context.onStop('part', () => part.stop());
  const events: EventsContext = {
    rules: {
      charter: config.charter,
      organisation: config.organisation,
      role: config.role,
      clockToleranceMillis: config.clockToleranceSeconds * 1000,
      maxAgeMillis: config.maxEventAgeSeconds * 1000,
    },
    vault: config.vault,
    acceptor,
    gate,
    database: dataSource,
    now: Date.now,
  };
  return {
    tokens,
    translateError,
    controllers: [EventsController],
    providers: [{ provide: EVENTS_CONTEXT, useValue: events }],
    async started() {
      for (const part of running) await part.start();
    },
  };
}

async function makeGate(config: IntakeConfig, dataSource: DataSource): Promise<Gate> {
  const folder = config.minFreeBytes === 0 ? null : await databaseFolder(dataSource);
  return new Gate({
    countWaiting: (limit) => countWaiting(dataSource, limit),
    maxBacklog: config.maxBacklog,
    freeBytes: () => freeBytesAt(folder),
    minFreeBytes: config.minFreeBytes,
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
