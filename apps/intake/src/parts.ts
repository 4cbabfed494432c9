import { Consumer, type EventStore, Relay, type StoredEvent, type Tx } from '@besure/event-store';
import { type Bus, JetStreamInlet, JetStreamOutlet } from '@besure/messaging';
import type { ServiceLog, ServiceMetrics } from '@besure/service';
import { changesByArchive, changesByProof } from './state-changes.js';
import { applyEventChanges, applyEvidenceChanges } from './state-rows.js';

/** The schema of this service, and the name of its pipe. */
export const SCHEMA = 'intake';

/** What all parts of the service share. */
export interface Shared {
  readonly store: EventStore;
  readonly bus: Bus;
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
}

/** Something that runs until it is stopped. */
export interface Running {
  start(): Promise<void> | void;
  stop(): Promise<void>;
}

/** Publishes accepted events to proof of the zone. */
export function relayOf({ store, bus, log, metrics }: Shared): Relay {
  const relay = new Relay({
    store,
    outlet: new JetStreamOutlet({
      bus,
      schema: SCHEMA,
      onFailure: (error) => log.warn('replay failed', { error }),
    }),
    consumers: ['proof'],
    onFailure: (error, attempt) => log.warn('relay failed', { error, attempt }),
  });
  metrics.gaugeFrom('besure_outbox_lag', () => relay.status().lag);
  return relay;
}

/** Reads what proof of the zone says about accepted events, and what its archive has evidence of. */
export function consumersOf(shared: Shared): Consumer[] {
  const consumers = [
    consumerOf(shared, 'proof', (tx, events) => applyEventChanges(tx, changesByProof(events))),
    consumerOf(shared, 'archive', (tx, events) => applyEvidenceChanges(tx, changesByArchive(events))),
  ];
  shared.metrics.gaugeFrom('besure_consumer_lag', () =>
    Object.fromEntries(consumers.map((consumer) => [consumer.source, consumer.status().lag])),
  );
  return consumers;
}

function consumerOf(
  { store, bus, log }: Shared,
  source: string,
  handler: (tx: Tx, events: readonly StoredEvent[]) => Promise<void>,
): Consumer {
  const inlet = new JetStreamInlet({
    bus,
    source,
    consumer: SCHEMA,
    onFailure: (error) => log.warn('reading the bus failed', { error, source }),
  });
  return new Consumer({
    store,
    source,
    inlet,
    handler,
    onFailure: (error, attempt) => log.warn('consuming failed', { error, attempt, source }),
  });
}
