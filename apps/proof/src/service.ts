import { coreMigrations, type EventStore, migrate } from '@besure/event-store';
import { addressFormatOf, type Charter, exchangeOf, signingKeysOf, slotIat } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { encodeAddress, hash160 } from '@besure/ledger-tx';
import { charterMigrations, logMigrations } from '@besure/log-store';
import { type Bus, type Json, NatsRequestServer, request } from '@besure/messaging';
import { SUBJECTS, parseCountersignAnswer } from '@besure/protocol';
import {
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceParts,
  runService,
} from '@besure/service';
import {
  type Running,
  type Source,
  answerMillis,
  countersignMillis,
  dialBus,
  makeConsumers,
  makeRelay,
  openDeadLetters,
  openStore,
  runParts,
} from '@besure/service/zone';
import { type AskingContext, askExchange } from './ask-exchange.js';
import { type ProofConfig, proofConfiguration } from './configuration.js';
import { CountersignController } from './countersign.controller.js';
import { Countersigner } from './countersigner.js';
import { FreshRecords } from './fresh-records.js';
import { FreshStatements } from './fresh-statements.js';
import { HubClient } from './hub-client.js';
import { intakeReader, issuedAt, makerOf } from './intake-reader.js';
import { endedKeys } from './key-standing.js';
import type { RenewalContext } from './made-anew.js';
import { proofMigrations } from './migrations.js';
import { keysAsKept, openKeys } from './open-keys.js';
import { SCHEMA, type Shared, logFollower, worker } from './parts.js';
import { slotSizes } from './ready-statements.js';
import { SendingPace } from './sending-pace.js';
import { SlotClock } from './slot-clock.js';
import { closeSlot, isOfKey } from './slot-closer.js';
import { provenStreamEntity, readTip } from './slot-rows.js';
import { overdueMillis, sendSlots } from './slot-sender.js';
import { watchStates } from './watch-states.js';

const migrations = [
  ...coreMigrations(SCHEMA),
  ...logMigrations(SCHEMA),
  ...charterMigrations(SCHEMA),
  ...proofMigrations,
];
/** Rest of workers that are woken when there is something to do; the poll is for what a lost wake-up would leave behind. */
const REST_MILLIS = 1000;
const WAITING_GROUP = 100;

/** Makes, exchanges and records statements: see the README. */
export const proofService: ServiceDefinition<ProofConfig> = {
  name: 'proof',
  configuration: proofConfiguration,
  migrate: async ({ databaseUrl: url }) => void (await migrate({ url, schema: SCHEMA, migrations })),
  deadLetters: (config) =>
    openDeadLetters(config, SCHEMA, migrations, (store) => [deadLetterReader(config, store)]),
  build,
};

/** Gives a dead letter its effect in another process than the service's: with the keys that are in force then. */
function deadLetterReader(config: ProofConfig, store: EventStore): Source {
  const reader = intakeReader(config, store, config.statementSigner, () => {});
  return {
    ...reader,
    async handler(tx, events) {
      const { statementSigner } = await keysAsKept(config, store);
      await intakeReader(config, store, statementSigner, () => {}).handler(tx, events);
    },
  };
}

/** Starts the service in this process. */
export function start(config: ProofConfig): Promise<RunningService> {
  return runService(proofService, config);
}

async function build(context: ServiceContext<ProofConfig>): Promise<ServiceParts> {
  const { config, log, metrics, health } = context;
  const { store } = await openStore(context, SCHEMA, migrations);
  const { charters, keys } = await openKeys(context, store);
  const bus = dialBus(context, 'zone', config.bus, SCHEMA);
  const fresh = new FreshStatements(config.statementsInMemory);
  const shared: Shared = { config, charters, keys, fresh, store, bus, log, metrics, health };
  const hubs = config.hubBuses.map((hub, at) => dialBus(context, `hub-${at}`, hub, config.organisation));

  const follower = logFollower(shared, Math.min(config.charter.slots.lengthMillis, 5000));
  const slots = slotParts(shared, hubs);
  const statements =
    config.exchangeBus === null
      ? exchangeParts(shared)
      : organisationParts(shared, dialBus(context, 'exchange', config.exchangeBus, config.organisation));
  const relay = makeRelay(shared, ['intake', 'archive']);
  return {
    ...statements.parts,
    started: runParts(context, [
      charters,
      relay,
      follower,
      ...slots,
      ...statements.running,
      watchStates(shared),
    ]),
  };
}

/** The parts of an organisation: statements of its own events, and questions to the exchange. */
function organisationParts(shared: Shared, exchangeBus: Bus): { running: Running[]; parts: ServiceParts } {
  const { config, charters, keys, store, fresh } = shared;
  const { organisation, vault } = config;
  const rest = Math.min(REST_MILLIS, config.charter.slots.lengthMillis / 3);
  const stopping = new AbortController();
  const asking: AskingContext = {
    store,
    fresh,
    vault,
    primitives: nodePrimitives,
    get charter() {
      return charters.charter;
    },
    get exchange() {
      const exchange = exchangeOf(charters.charter);
      return { id: exchange.id, signingKeys: signingKeysOf(exchange) };
    },
    get deadlineMillis() {
      return charters.charter.limits.countersignatureDeadlineSeconds * 1000;
    },
    askingSince: Date.now(),
    answered: { at: 0 },
    now: Date.now,
    request: async (statements) =>
      parseCountersignAnswer(
        await request(
          exchangeBus,
          SUBJECTS.countersign(organisation),
          { statements: statements as unknown as Json },
          { timeoutMillis: countersignMillis(charters.charter), signal: stopping.signal },
        ),
        statements.length,
      ),
    stopping: stopping.signal,
    ...unopened(shared),
  };
  const worked = worker(shared, 'countersigning', rest, async () => (await askExchange(asking)) > 0);
  const asker = {
    start: () => worked.start(),
    wake: () => worked.wake(),
    async stop() {
      // An exchange that is not there is not waited for.
      stopping.abort();
      await worked.stop();
    },
  };
  const reader = intakeReader(config, store, keys.statementSigner, () => asker.wake(), fresh);
  const consumers = makeConsumers(shared, [
    { ...reader, mayHandle: (stopped) => keys.untilSigning(stopped) },
  ]);
  return { running: [asker, ...consumers], parts: {} };
}

/** The parts of the exchange: records of its own events, and answers to organisations. */
function exchangeParts(shared: Shared): { running: Running[]; parts: ServiceParts } {
  const { config, charters, keys, store, bus, log, fresh } = shared;
  const { vault } = config;
  const freshRecords = new FreshRecords(config.statementsInMemory);
  const countersigner = new Countersigner({
    exchange: config.organisation,
    charter: config.charter,
    get toleranceSeconds() {
      return charters.charter.limits.agreementToleranceSeconds;
    },
    store,
    fresh,
    freshRecords,
    vault,
    signer: keys.statementSigner,
    primitives: nodePrimitives,
    onUnknownKey: () => charters.wake(),
    issuedAt: issuedAt(config),
    now: Date.now,
    ...unopened(shared),
  });
  const decider = worker(shared, 'waiting statements', REST_MILLIS, async () => {
    if (keys.signing !== 'in-force') return false;
    return (await countersigner.decideWaiting(WAITING_GROUP)) === WAITING_GROUP;
  });
  const consumers = makeConsumers(shared, [
    intakeReader(config, store, keys.statementSigner, () => decider.wake(), fresh, freshRecords),
  ]);
  const server = new NatsRequestServer({
    bus,
    onFailure: (error, subject) => log.warn('answering failed', { error, subject }),
  });
  return {
    running: [decider, ...consumers],
    parts: {
      controllers: [CountersignController],
      providers: [
        { provide: Countersigner, useValue: countersigner },
        { provide: CountersignController.CHARTER, useValue: (): Charter => charters.charter },
        { provide: CountersignController.KEYS, useValue: keys },
      ],
      microservices: [server],
    },
  };
}

/** Closing slots, and bringing them to the ledger. */
function slotParts(shared: Shared, hubs: readonly Bus[]): Running[] {
  const { config, keys, store, fresh, log, metrics } = shared;
  const { charter, organisation } = config;
  const { ledgerSigner } = keys;
  const alarms = metrics.gauge('besure_alarms');
  const keyHash = hash160(ledgerSigner.publicKey, nodePrimitives.sha256);
  const hub = new HubClient({
    organisation,
    address: encodeAddress(keyHash, addressFormatOf(charter)),
    keyHash,
    stream: charter.ledger.streams.proofs,
    finalDepth: charter.ledger.finalDepth,
    sha256: nodePrimitives.sha256,
    hubs: hubs.map(
      (one) => (subject, payload) =>
        request(one, subject, payload as Json, { timeoutMillis: answerMillis(charter) }),
    ),
  });
  const pace = new SendingPace();
  const stream: { proven: Uint8Array | null; told: Uint8Array | null } = { proven: null, told: null };
  const sending = {
    organisation,
    store,
    fresh,
    ledgerSigner,
    keyHash,
    sha256: nodePrimitives.sha256,
    sizes: slotSizes(charter),
    // A hub carries nothing that is further ahead.
    mostAheadMillis: (charter.limits.agreementToleranceSeconds * 1000) / 2,
    publishesSince: () => keys.publishesSince,
    renewal: config.exchangeBus === null ? null : renewalOf(shared),
    iatOf: (slot: number) => slotIat(charter, slot),
    streamEntity: () => stream.proven ?? stream.told,
    hub,
    now: Date.now,
    resendMillis: overdueMillis(charter),
    onOverdue: (overdue: readonly number[]) =>
      log.warn(
        'slots are not in the log in time and are sent again, through the next hub where there is one',
        {
          slot: Math.min(...overdue),
          count: overdue.length,
        },
      ),
    pace,
    beginsAnew() {
      pace.beginsAnew();
      alarms.set({ kind: 'item-refused' }, 0);
    },
    onRefused(refusal: { readonly slot: number; readonly code: string } | null) {
      alarms.set({ kind: 'item-refused' }, refusal === null ? 0 : 1);
      if (refusal !== null)
        log.warn('the ledger refuses the item of a slot: it is sent again later', refusal);
    },
  };
  const sender = worker(shared, 'sending', REST_MILLIS, async () => (await sendSlots(sending)) > 0);
  const unlessTold = (error: unknown): null => {
    if (stream.told === null) throw error;
    return null;
  };
  const clock = new SlotClock(charter, Date.now, async (slot) => {
    try {
      if (keys.publishesSince === null) return;
      // What was recorded before a restart says it as well: only a new member needs a hub.
      const [proven, tip] = await store.transaction(async (tx) => [
        stream.proven ?? (await provenStreamEntity(tx)),
        await readTip(tx),
      ]);
      stream.proven = proven;
      // Asked each time until something is final. Once the chain has begun, it goes on from its own change, and waits for no hub.
      const goesOn = isOfKey(sending, tip.script, tip.since);
      const view = proven === null || !goesOn ? await hub.outputs().catch(unlessTold) : null;
      stream.told = view?.streamEntity ?? stream.told;
      const closed = await closeSlot(sending, slot, view?.outputs[0] ?? null);
      if (closed === null && view?.outputs.length === 0)
        log.warn('a slot was not closed: no hub shows an output of the ledger address', { slot });
      if (closed === null) return;
      if (!goesOn) sending.beginsAnew();
      sender.wake();
    } catch (error) {
      log.warn('a slot was not closed', { slot, error });
    }
  });
  return [sender, { start: () => clock.start(), stop: () => clock.stop() }];
}

/** How statements are made anew whose key has ended. */
function renewalOf({ config, charters, keys, store, fresh }: Shared): RenewalContext {
  const { organisation, vault } = config;
  return {
    organisation,
    store,
    vault,
    fresh,
    maker: makerOf(config, keys.statementSigner),
    primitives: nodePrimitives,
    ended: () => endedKeys(charters, organisation),
    mayMake: () => keys.signing === 'in-force',
    now: Date.now,
    issuedAt: issuedAt(config),
  };
}

/** What is told of openings and records that cannot be read. */
function unopened({ log, metrics }: Shared): Pick<AskingContext, 'onDamaged' | 'onKeyMissing'> {
  const alarms = metrics.gauge('besure_alarms');
  return {
    onDamaged(statement) {
      alarms.inc({ kind: 'openings-damaged' });
      log.error('openings of a statement, or the record beside it, do not open', { statement });
    },
    onKeyMissing: (count) =>
      log.warn('what is sealed waits for a key that the key file does not hold', { count }),
  };
}
