import {
  Consumer,
  type ConsumerOptions,
  type DeathReason,
  type EventStore,
  type Reader,
  Relay,
} from '@besure/event-store';
import { type Bus, JetStreamInlet, JetStreamOutlet } from '@besure/messaging';
import { describeError } from '../describe-error.js';
import type { Health } from '../health.js';
import type { ServiceLog } from '../log.js';
import type { ServiceMetrics } from '../metrics.js';
import type { MemberConfig } from './member-configuration.js';
import { reportOnReading } from './report-on-reading.js';
import type { Running } from './running.js';
import { splitEntries } from './split-entries.js';
import { watchConsumers } from './watch-consumers.js';

/** What publishing and consuming need of a service. */
export interface PipeContext {
  readonly config: Pick<MemberConfig, 'streamBytes'>;
  readonly store: EventStore;
  readonly bus: Bus;
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  readonly health: Health;
}

/** Whose events are consumed, and what they do, in the transaction of the consumer's progress. Their entries stand for themselves. */
export interface Source extends Omit<Reader, 'split'> {
  /** Whether its attachments are used; without it they are. */
  readonly attachments?: boolean;
  /** Holds the consumer as long as nothing of it may be handled: see `ConsumerOptions`. */
  readonly mayHandle?: ConsumerOptions['mayHandle'];
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

/**
 * Consumers of other services' events on the zone's bus, one for each source, and what shows how they stand: parts to run, after the relay and
 * whatever the handlers wake.
 */
export function makeConsumers(context: PipeContext, sources: readonly Source[]): Running[] {
  const changed = (): void => watch.wake();
  const consumers = sources.map((source) => makeConsumer(context, source, changed));
  const watch = watchConsumers(context, consumers);
  context.metrics.gaugeFrom('besure_consumer_lag', () =>
    Object.fromEntries(consumers.map((consumer) => [consumer.source, consumer.status().lag])),
  );
  return [watch, ...consumers];
}

function makeConsumer(
  { store, bus, log }: PipeContext,
  { attachments = true, mayHandle, ...reader }: Source,
  changed: () => void,
): Consumer {
  const { source } = reader;
  return new Consumer({
    ...readerOf(reader),
    store,
    ...(mayHandle !== undefined && { mayHandle }),
    inlet: new JetStreamInlet({
      bus,
      source,
      attachments,
      consumer: store.schema,
      onFailure: reportOnReading(log, source),
    }),
    reasonOf,
    onFailure: (error, attempt) => log.warn('consuming failed', { error, attempt, source }),
    onStopped(stop, error) {
      if (stop === null) log.info('consuming goes on', { source });
      else log.error('consuming has stopped', { error, source, code: stop.code, position: stop.after });
      changed();
    },
    onDeadLetters(letters) {
      for (const { event, entry, attempts, reason } of letters) {
        log.error('an event cannot be handled and was put aside', {
          source,
          kind: event.type,
          position: event.position,
          attempt: attempts,
          code: reason.code ?? reason.error,
          ...(entry !== null && { index: entry }),
        });
      }
      changed();
    },
  });
}

/** The reader of a source: entries stand for themselves in all events of a zone. */
export function readerOf({
  source,
  reads,
  handler,
  discarded,
}: Omit<Source, 'attachments' | 'mayHandle'>): Reader {
  return { source, reads, handler, split: splitEntries, ...(discarded !== undefined && { discarded }) };
}

/** As it may be logged, so it may be kept. */
function reasonOf(error: unknown): DeathReason {
  const { name, code, message } = describeError(error);
  return { error: name, code: code ?? null, text: message ?? null };
}
