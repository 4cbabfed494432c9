import { Consumer, type EventStore, Relay, type StoredEvent, type Tx } from '@besure/event-store';
import { type Bus, JetStreamInlet, JetStreamOutlet } from '@besure/messaging';
import type { ServiceLog } from '../log.js';
import type { ServiceMetrics } from '../metrics.js';
import type { MemberConfig } from './member-configuration.js';
import { reportOnReading } from './report-on-reading.js';

/** What publishing and consuming need of a service. */
export interface PipeContext {
  readonly config: Pick<MemberConfig, 'streamBytes'>;
  readonly store: EventStore;
  readonly bus: Bus;
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
}

/** Whose events are consumed, and what they do, in the transaction of the consumer's progress. */
export interface Source {
  readonly source: string;
  /** Whether its attachments are used; without it they are. */
  readonly attachments?: boolean;
  readonly handler: (tx: Tx, events: readonly StoredEvent[]) => Promise<void>;
}

/** Publishes a service's events on the zone's bus; `consumers` are the schemas that must have committed before the pipe lets go of them. */
export function makeRelay(
  { config, store, bus, log, metrics }: PipeContext,
  consumers: readonly string[],
): Relay {
  const relay = new Relay({
    store,
    outlet: new JetStreamOutlet({
      bus,
      schema: store.schema,
      ...(config.streamBytes !== undefined && { maxBytes: config.streamBytes }),
      onFailure: (error) => log.warn('replay failed', { error }),
    }),
    consumers,
    onFailure: (error, attempt) => log.warn('relay failed', { error, attempt }),
  });
  metrics.gaugeFrom('besure_outbox_lag', () => relay.status().lag);
  return relay;
}

/** Consumers of other services' events on the zone's bus, one for each source. */
export function makeConsumers(context: PipeContext, sources: readonly Source[]): Consumer[] {
  const consumers = sources.map((source) => makeConsumer(context, source));
  context.metrics.gaugeFrom('besure_consumer_lag', () =>
    Object.fromEntries(consumers.map((consumer) => [consumer.source, consumer.status().lag])),
  );
  return consumers;
}

function makeConsumer(
  { store, bus, log }: PipeContext,
  { source, attachments = true, handler }: Source,
): Consumer {
  return new Consumer({
    store,
    source,
    inlet: new JetStreamInlet({
      bus,
      source,
      attachments,
      consumer: store.schema,
      onFailure: reportOnReading(log, source),
    }),
    handler,
    onFailure: (error, attempt) => log.warn('consuming failed', { error, attempt, source }),
  });
}
