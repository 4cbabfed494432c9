import { type Consumer, countDeadLetters, Worker } from '@besure/event-store';
import type { PipeContext } from './pipes.js';
import type { Running } from './running.js';

/** Operators end dead letters from another process: how long that may take to be seen here. */
const EVERY_MILLIS = 5000;

/** Shows which consumers have stopped, and what they put aside: in health, metrics and alarms. `wake` when something of it may have changed. */
export function watchConsumers(
  { store, log, metrics, health }: PipeContext,
  consumers: readonly Consumer[],
): Running & { wake(): void } {
  const deadLetters = metrics.gauge('besure_dead_letters');
  const alarms = metrics.gauge('besure_alarms');
  const waiting = new Map<string, number>(consumers.map(({ source }) => [source, 0]));
  for (const consumer of consumers) {
    const { source } = consumer;
    health.show(`consumer-${source}`, () => {
      const { stopped, position } = consumer.status();
      return stopped === null || { ok: false, detail: `${stopped.code} after ${position}` };
    });
    health.show(`dead-letters-${source}`, () => {
      const count = waiting.get(source) ?? 0;
      return count === 0 || { ok: false, detail: `${count} waiting` };
    });
  }
  return new Worker({
    restMillis: EVERY_MILLIS,
    onFailure: (error, attempt) => log.warn('counting dead letters failed', { error, attempt }),
    async round() {
      const stopped = consumers.filter((consumer) => consumer.status().stopped !== null).length;
      alarms.set({ kind: 'consumer-stopped' }, stopped);
      const counts = await store.transaction((tx) => countDeadLetters(tx, store.schema));
      let sum = 0;
      for (const source of waiting.keys()) {
        const count = counts.get(source) ?? 0;
        waiting.set(source, count);
        deadLetters.set({ source }, count);
        sum += count;
      }
      alarms.set({ kind: 'dead-letters' }, sum);
      return false;
    },
  });
}
