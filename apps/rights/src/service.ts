import { type Charter, networkOf } from '@besure/governance';
import { nodePrimitives, rememberCheckpointSignatures } from '@besure/keys';
import { HttpLogSource } from '@besure/log-store';
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
import { BOARD_CONTEXT, type BoardContext, BoardController } from './board.controller.js';
import { rightsConfiguration, type RightsConfig } from './configuration.js';
import { readHeights } from './ledger-heights.js';
import { Webhook } from './notices/webhook.js';
import { readKnownVotes } from './pending-votes.js';
import { parsePermissionsAnswer } from './permissions-answer.js';
import { RIGHTS_CONTEXT, type RightsContext, RightsController } from './rights.controller.js';
import { RightsView } from './rights-view.js';
import { PermissionWatch } from './watch.js';

const REQUEST_MILLIS = 10_000;
const LOOK_MILLIS = 15_000;
/** A proposal ends at a height, and hints can be lost. */
const FOLLOW_MILLIS = 2_000;

/** The board's view of the network: see the README. */
export const rightsService: ServiceDefinition<RightsConfig> = {
  name: 'rights',
  api: rightsApi,
  configuration: rightsConfiguration,
  // Nothing is kept: the log of rights is replayed at each start, the ledger is asked. So that every service is deployed alike, the command exists.
  migrate: async () => {},
  build,
};

/** Starts the service in this process. */
export function start(config: RightsConfig): Promise<RunningService> {
  return runService(rightsService, config);
}

function build(context: ServiceContext<RightsConfig>): ServiceParts {
  const { config, log, health, metrics } = context;
  const { charter: first, ledgerWriterUrl } = config;
  const bus = connectBus({
    ...busOptions(config.bus),
    name: 'rights',
    inboxPrefix: inboxPrefixOf('rights'),
    onChange: (connected, error) =>
      log.info('bus', { state: connected ? 'connected' : 'disconnected', error }),
  });
  context.onStop('bus', () => bus.close());
  health.show('bus', () => bus.connected);

  const view = new RightsView({
    network: networkOf(first, nodePrimitives.sha256),
    source: new HttpLogSource(`${ledgerWriterUrl}/log/rights`),
    heights: () => readHeights(ledgerWriterUrl),
    // The same checkpoint is judged at each look: it may have been signed anew.
    primitives: rememberCheckpointSignatures(nodePrimitives),
    everyMillis: FOLLOW_MILLIS,
    onFailure: (error, attempt) => log.warn('the log of rights cannot be read', { error, attempt }),
  });
  context.onStop('view', () => view.stop());
  context.onStop(
    'hints of rights',
    onHint(bus, SUBJECTS.rightsHint, () => view.wake()),
  );
  health.show('log of rights', () => view.seeing);
  const charter = (): Charter => view.view?.followed.state.charter ?? first;

  const webhooks = config.webhooks.urls.map(
    (url) =>
      new Webhook({
        url,
        secret: config.webhooks.secret,
        source: `urn:besure:rights:${networkOf(first, nodePrimitives.sha256)}`,
        view: () => view.view,
        everyMillis: FOLLOW_MILLIS,
        onFailure: (error, attempt) => log.warn('a receiver was not told', { url, error, attempt }),
      }),
  );
  for (const webhook of webhooks) context.onStop('webhook', () => webhook.stop());

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
  metrics.gaugeFrom('besure_alarms', () => ({
    'permission-difference': watch.alarms,
    'trust-old': view.isTrustOld(Date.now() / 1000) ? 1 : 0,
  }));
  return {
    controllers: [RightsController, BoardController],
    providers: [
      {
        provide: RIGHTS_CONTEXT,
        useValue: { charter, trust: () => view.confirmed?.trust ?? null, watch } satisfies RightsContext,
      },
      {
        provide: BOARD_CONTEXT,
        useValue: {
          view,
          primitives: nodePrimitives,
          carry: (note) => request(bus, SUBJECTS.carry, { note }, { timeoutMillis: REQUEST_MILLIS }),
          knownVotes: (proposal) => readKnownVotes(ledgerWriterUrl, proposal),
          onUnknownVotes: (error) => log.debug('votes on their way cannot be read', { error }),
        } satisfies BoardContext,
      },
    ],
    started: () => {
      view.start();
      for (const webhook of webhooks) webhook.start();
      watch.start();
    },
  };
}
