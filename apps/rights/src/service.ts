import { connectBus, inboxPrefixOf, onHint, request } from '@besure/messaging';
import { SUBJECTS } from '@besure/protocol';
import {
  type RunningService,
  runService,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceParts,
} from '@besure/service';
import { busOptions } from '@besure/service/zone';
import { rightsApi } from './api.js';
import { rightsConfiguration, type RightsConfig } from './configuration.js';
import { parsePermissionsAnswer } from './permissions-answer.js';
import { RIGHTS_CONTEXT, type RightsContext, RightsController } from './rights.controller.js';
import { PermissionWatch } from './watch.js';

const REQUEST_MILLIS = 10_000;
const LOOK_MILLIS = 15_000;

/** The board's view of the network: see the README. */
export const rightsService: ServiceDefinition<RightsConfig> = {
  name: 'rights',
  api: rightsApi,
  configuration: rightsConfiguration,
  // This version keeps nothing: the charter is a file, the ledger is asked. So that every service is deployed alike, the command exists.
  migrate: async () => {},
  build,
};

/** Starts the service in this process. */
export function start(config: RightsConfig): Promise<RunningService> {
  return runService(rightsService, config);
}

function build(context: ServiceContext<RightsConfig>): ServiceParts {
  const { config, log, health, metrics } = context;
  const { charter } = config;
  const bus = connectBus({
    ...busOptions(config.bus),
    name: 'rights',
    inboxPrefix: inboxPrefixOf('rights'),
    onChange: (connected, error) =>
      log.info('bus', { state: connected ? 'connected' : 'disconnected', error }),
  });
  context.onStop('bus', () => bus.close());
  health.show('bus', () => bus.connected);

  const watch = new PermissionWatch({
    charter,
    everyMillis: LOOK_MILLIS,
    read: async () =>
      parsePermissionsAnswer(await request(bus, SUBJECTS.permissions, {}, { timeoutMillis: REQUEST_MILLIS })),
    onDifferences: (count) => log.warn('the ledger permits other than the charter says', { count }),
    onFailure: (error, attempt) =>
      log.warn('the permissions of the ledger cannot be read', { error, attempt }),
  });
  context.onStop('watch', () => watch.stop());
  // A change of permissions is in the ledger at the earliest with a new block.
  const unsubscribe = onHint(bus, SUBJECTS.logHint, () => watch.wake());
  context.onStop('hints', unsubscribe);
  health.show('ledger', () => watch.seeing);
  metrics.gaugeFrom('besure_alarms', () => ({ 'permission-difference': watch.alarms }));
  return {
    controllers: [RightsController],
    providers: [{ provide: RIGHTS_CONTEXT, useValue: { charter, watch } satisfies RightsContext }],
    started: () => watch.start(),
  };
}
