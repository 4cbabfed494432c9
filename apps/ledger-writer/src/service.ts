import { migrate } from '@besure/event-store';
import { networkOf, rightsLogOf, rightsOriginOf } from '@besure/governance';
import { nodePrimitives, rememberCheckpointSignatures } from '@besure/keys';
import { LogStore } from '@besure/log-store';
import { connectBus, inboxPrefixOf, NatsRequestServer, publishHint } from '@besure/messaging';
import { connectNode, type LedgerNode } from '@besure/multichain';
import { parseCheckpoint, SUBJECTS } from '@besure/protocol';
import {
  type RunningService,
  runService,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceParts,
} from '@besure/service';
import { busOptions, openDatabase } from '@besure/service/zone';
import { ledgerWriterApi } from './api.js';
import { Carrier } from './carrier.js';
import { ChainFollower } from './chain-follower.js';
import { type CosignContext, CosignController } from './cosign.controller.js';
import { Cosignatures, countContradictions } from './cosignatures.js';
import { ledgerWriterConfiguration, type LedgerWriterConfig } from './configuration.js';
import { LedgerWriterError } from './error.js';
import { Founder } from './founder.js';
import { type LogContext, LogController, RightsLogController } from './log.controller.js';
import { migrations, SCHEMA } from './migrations.js';
import { type HubStanding, type RequestsContext, RequestsController } from './requests.controller.js';
import { CharterNow } from './rights/charter-now.js';
import { crowdedIn } from './rights/crowded.js';
import { Enactor } from './rights/enactor.js';
import { ReplayedRights } from './rights/replayed.js';
import { RightsPublisher } from './rights/publisher.js';
import { Votes } from './rights/votes.js';
import { VotesController, type VotesContext } from './rights/votes.controller.js';
import { readUndecided } from './native-rights/rows.js';
import { UndecidedRightsController } from './native-rights/undecided.controller.js';
import { OneAtATime } from './one-at-a-time.js';
import { HubSigning, ownHubIn, signingHubAt } from './own-hub.js';
import { SkippedItemsController } from './skipped-items/skipped-items.controller.js';
import { StatusController } from './status.controller.js';
import { timeStamperOf } from './time-stamps/parts.js';
import { TimeStampsController } from './time-stamps/time-stamps.controller.js';
import { countMissing, type MissingItems, missingItems } from './slots/missing-items.js';
import { MissingItemsController } from './slots/missing-items.controller.js';
import {
  COSIGN_CONTEXT,
  LOG_CONTEXT,
  REQUESTS_CONTEXT,
  RIGHTS_LOG_CONTEXT,
  VOTES_CONTEXT,
} from './tokens.js';

/** The names by which the rows of the two logs are told apart in the database. */
const LOG = 'proofs';
const RIGHTS_LOG = 'rights';
/** Before the first look. */
const noMissingItems: Pick<MissingItems, 'missing' | 'late' | 'silent'> = {
  missing: [],
  late: [],
  silent: [],
};
/** The node has been away for so many looks: no longer a hiccup. */
const ALARMING_FAILURES = 5;

/** Talks to the ledger for everyone else: see the README. */
export const ledgerWriterService: ServiceDefinition<LedgerWriterConfig> = {
  name: 'ledger-writer',
  api: ledgerWriterApi,
  configuration: ledgerWriterConfiguration,
  migrate: async ({ databaseUrl: url }) => void (await migrate({ url, schema: SCHEMA, migrations })),
  build: (context) => buildWith(context, connectNode(context.config.node)),
};

/** Starts the service in this process. */
export function start(config: LedgerWriterConfig): Promise<RunningService> {
  return runService(ledgerWriterService, config);
}

/** Builds the service around a node, and a clock to sign by (milliseconds since 1970); specs give their own. */
export async function buildWith(
  context: ServiceContext<LedgerWriterConfig>,
  node: LedgerNode,
  clock: () => number = Date.now,
): Promise<ServiceParts> {
  const { config, log: serviceLog, health } = context;
  const { charter, signer } = config;
  const dataSource = await openDatabase(context, config.databaseUrl, SCHEMA, migrations);

  const bus = connectBus({
    ...busOptions(config.bus),
    name: 'ledger-writer',
    inboxPrefix: inboxPrefixOf('ledger-writer'),
    onChange: (connected, error) =>
      serviceLog.info('bus', { state: connected ? 'connected' : 'disconnected', error }),
  });
  context.onStop('bus', () => bus.close());
  health.show('bus', () => bus.connected);

  const { sha256 } = nodePrimitives;
  const primitives = rememberCheckpointSignatures(nodePrimitives);
  const log = new LogStore({ schema: SCHEMA, log: LOG, origin: charter.log.origin });
  const [latest = null] = await log.newestCheckpoints(dataSource, 1);
  const contradictions = await countContradictions(dataSource);
  const seen = {
    checkpointSize: latest === null ? 0 : parseCheckpoint(latest).size,
    failures: 0,
    contradictions,
    undecided: (await readUndecided(dataSource)).length,
    items: noMissingItems,
  };
  const now = new CharterNow(charter);
  await now.read(dataSource);
  const nowSeconds = (): number => Math.floor(Date.now() / 1000);
  const standing = (): HubStanding => ({
    hub: ownHubIn(now.charter, signer)?.hub.id ?? null,
    isSigning: signingHubAt(now.charter, signer, nowSeconds()) !== null,
  });
  health.show('charter', () => standing().isSigning);
  const origin = rightsOriginOf(charter);
  // Its head is signed anew each day, and the new lines are what it is served with.
  const rightsLog = new LogStore({ schema: SCHEMA, log: RIGHTS_LOG, origin, keptLine: 'latest' });
  const onContradiction = (liar: string, size: number): void => {
    seen.contradictions += 1;
    serviceLog.error('somebody signed another ledger log', { code: 'other-root', hub: liar, size });
  };
  const cosignatures = new Cosignatures({
    dataSource,
    log,
    charter: () => now.charter,
    primitives,
    onPublished: (size) => publishHint(bus, SUBJECTS.logHint, { log: LOG, size }),
    onContradiction,
  });
  const rightsCosignatures = new Cosignatures({
    dataSource,
    log: rightsLog,
    charter: () => rightsLogOf(now.charter),
    primitives,
    onPublished: (size) => publishHint(bus, SUBJECTS.rightsHint, { log: RIGHTS_LOG, size }),
    onContradiction,
  });
  const counting = new OneAtATime(() =>
    missingItems(dataSource, now.charter).then(
      (items) => void (seen.items = items),
      (error: unknown) => serviceLog.warn('missing items were not counted', { error }),
    ),
  );
  // Also where another instance has found them, or what was given during set-up was taken back.
  const lookForUndecided = new OneAtATime(() =>
    readUndecided(dataSource).then(
      ({ length }) => void (seen.undecided = length),
      (error: unknown) => serviceLog.warn('undecided rights were not counted', { error }),
    ),
  );
  context.onStop('counting of undecided rights', () => lookForUndecided.close());
  // After the follower, which asks for it, and before the database goes.
  context.onStop('counting of missing items', () => counting.close());
  const follower = new ChainFollower({
    rights: {
      charter,
      log: rightsLog,
      signing: new HubSigning(origin, signer, sha256),
      suffices: (note) => rightsCosignatures.suffices(note),
      replayed: new ReplayedRights(nodePrimitives, networkOf(charter, sha256)),
    },
    log,
    sha256,
    primitives,
    suffices: (note) => cosignatures.suffices(note),
    dataSource,
    node,
    signing: new HubSigning(charter.log.origin, signer, sha256),
    now: clock,
    pollMillis: Math.min(1_000, Math.max(50, Math.floor(charter.slots.lengthMillis / 5))),
    onTaken: ({ state, checkpointSize, rights, undecided, skipped }, count) => {
      seen.failures = 0;
      const before = standing();
      now.take(rights.state, rights.log.rooms);
      const after = standing();
      if (after.isSigning !== before.isSigning)
        serviceLog.info('what the charter says of this hub has changed', {
          state: after.isSigning ? 'signing' : 'not-signing',
          height: state.height,
          ...(after.hub === null ? {} : { hub: after.hub }),
        });
      enactor.wake();
      counting.ask();
      if (undecided > 0)
        serviceLog.error('the chain was given or taken rights without a decision', {
          count: undecided,
          height: state.height,
        });
      lookForUndecided.ask();
      if (rights.skipped > 0)
        serviceLog.warn('items in the stream of rights are no entries of its log', {
          count: rights.skipped,
          height: state.height,
        });
      serviceLog.debug('final blocks taken in', { height: state.height, count });
      skipped.forEach((times, reason) => {
        if (reason !== 'not-an-item' && reason !== 'coinbase') {
          serviceLog.info('transactions add no leaf', { kind: reason, count: times, height: state.height });
        }
      });
      if (rights.checkpointSize !== null)
        publishHint(bus, SUBJECTS.rightsHint, { log: RIGHTS_LOG, size: rights.checkpointSize });
      if (checkpointSize === null) return;
      seen.checkpointSize = checkpointSize;
      serviceLog.info('checkpoint', { size: checkpointSize, height: state.height });
      publishHint(bus, SUBJECTS.logHint, { log: LOG, size: checkpointSize });
    },
    onOvertaken: () => now.read(dataSource),
    onSignedAnew: (size) => {
      serviceLog.info('the head of the log of rights is signed anew', { size });
      publishHint(bus, SUBJECTS.rightsHint, { log: RIGHTS_LOG, size });
    },
    onFailure: (error, failures) => {
      seen.failures = failures;
      const isGrave = error instanceof LedgerWriterError && error.code !== 'chain-moved';
      if (isGrave) serviceLog.error('following the ledger failed', { error, attempt: failures });
      else serviceLog.warn('following the ledger failed', { error, attempt: failures });
    },
  });
  health.show('ledger', () => follower.status().state === 'following');
  showNumbers(context, follower, seen, { standing, now });
  const timeStamper = timeStamperOf(context, { dataSource, log }, () => now.charter);

  const carrier = new Carrier({
    charter: () => now.charter,
    node,
    sha256,
    now: Date.now,
    chain: () => follower.status(),
  });
  context.onStop('carrier', () => carrier.close());
  context.onStop('follower', () => follower.stop());
  // Before the follower: a call that waits for a silent node must not hold up the end.
  context.onStop('node', () => node.close());
  const founder = new Founder(now, node);
  const pollMillis = Math.min(1_000, Math.max(50, Math.floor(charter.slots.lengthMillis / 5)));
  const enactor = new Enactor({
    now,
    founder,
    pollMillis,
    isReady() {
      const { state, isCaughtUp, streams } = follower.status();
      // Behind it, the charter is one of before: what it gave may have been taken since.
      return (
        standing().isSigning &&
        state === 'following' &&
        isCaughtUp &&
        streams.proofs !== null &&
        streams.rights !== null
      );
    },
    onEnacted: (version, { granted, revoked }) =>
      serviceLog.info('a decision was enacted on the chain: rights were given or taken', {
        version: version.toString(),
        count: granted.length + revoked.length,
      }),
    onFailure: (error, attempt) => serviceLog.warn('a decision was not enacted', { error, attempt }),
  });
  context.onStop('enacting', () => enactor.stop());
  const votes = new Votes(rightsLog, new ReplayedRights(nodePrimitives, networkOf(charter, sha256)));
  const publisher = new RightsPublisher({
    dataSource,
    node,
    charter,
    nodeAddress: () => ownHubIn(now.charter, signer)?.hub.nodeAddress ?? null,
    sha256,
    votes,
    chain: () => follower.status(),
    isAwaited: (address) => standing().isSigning && now.awaited.includes(address),
    pollMillis,
    onFailure: (error, attempt) => serviceLog.warn('a note was not published', { error, attempt }),
  });
  context.onStop('publisher of notes', () => publisher.stop());
  const requests: RequestsContext = {
    charter: () => now.charter,
    standing,
    carrier,
    follower,
    founder,
    publisher,
  };
  const server = new NatsRequestServer({
    bus,
    onFailure: (error, subject) => serviceLog.warn('answering failed', { error, subject }),
  });
  return {
    controllers: [
      LogController,
      RightsLogController,
      CosignController,
      TimeStampsController,
      MissingItemsController,
      UndecidedRightsController,
      SkippedItemsController,
      VotesController,
      StatusController,
      RequestsController,
    ],
    providers: [
      { provide: LOG_CONTEXT, useValue: { dataSource, log } satisfies LogContext },
      { provide: RIGHTS_LOG_CONTEXT, useValue: { dataSource, log: rightsLog } satisfies LogContext },
      { provide: REQUESTS_CONTEXT, useValue: requests },
      { provide: VOTES_CONTEXT, useValue: { dataSource, votes } satisfies VotesContext },
      {
        provide: COSIGN_CONTEXT,
        useValue: { proofs: cosignatures, rights: rightsCosignatures } satisfies CosignContext,
      },
    ],
    microservices: [server],
    started() {
      follower.start();
      publisher.start();
      enactor.start();
      timeStamper?.start();
    },
  };
}

function showNumbers(
  { metrics }: ServiceContext<LedgerWriterConfig>,
  follower: ChainFollower,
  seen: {
    readonly checkpointSize: number;
    readonly failures: number;
    readonly contradictions: number;
    readonly undecided: number;
    readonly items: Pick<MissingItems, 'missing' | 'late' | 'silent'>;
  },
  { standing, now }: { readonly standing: () => HubStanding; readonly now: Pick<CharterNow, 'rooms'> },
): void {
  metrics.gaugeFrom('besure_ledger_height', () => Math.max(0, follower.status().tip));
  metrics.gaugeFrom('besure_checkpoint_size', () => seen.checkpointSize);
  metrics.gaugeFrom('besure_alarms', () => {
    const { halted } = follower.status();
    return {
      'deep-fork': halted === 'deep-fork' ? 1 : 0,
      'wrong-chain': halted === 'wrong-chain' ? 1 : 0,
      'other-root': seen.contradictions,
      'undecided-right': seen.undecided,
      'rights-crowded': crowdedIn(now.rooms, follower.status().height),
      'not-signing': standing().isSigning ? 0 : 1,
      'item-missing': countMissing(seen.items),
      'item-late': seen.items.late.length,
      'member-silent': seen.items.silent.length,
      'ledger-unavailable': halted === null && seen.failures >= ALARMING_FAILURES ? 1 : 0,
    };
  });
}
