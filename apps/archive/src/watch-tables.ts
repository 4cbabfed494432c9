import { Worker } from '@besure/event-store';
import type { Running } from '@besure/service/zone';
import { countAccusations } from './accusations/rows.js';
import type { Shared } from './parts.js';
import { countContradictions } from './witness/contradictions.js';

const EVERY_MILLIS = 10_000;

/**
 * Shows in the metrics what waits: recordings whose slot is not final, copies that were put aside, and at the exchange openings that nobody has
 * acknowledged. Counted now and then, and only what is small: a scrape must not cost a scan of fifty years.
 */
export function watchTables({ store, metrics, log }: Shared): Running {
  const statements = metrics.gauge('besure_statements');
  const deadLetters = metrics.gauge('besure_dead_letters');
  const alarms = metrics.gauge('besure_alarms');
  return new Worker({
    restMillis: EVERY_MILLIS,
    onFailure: (error, attempt) => log.warn('counting failed', { error, attempt }),
    async round() {
      const caught = await store.transaction((tx) => countContradictions(tx));
      for (const [kind, times] of caught) alarms.set({ kind }, times);
      alarms.set({ kind: 'hub-lies' }, await store.transaction((tx) => countAccusations(tx)));
      const [row] = await store.transaction((tx) =>
        tx.query<
          { waiting: number; refused: number; contradicted: number; unclaimed: number; silent: number }[]
        >(
          `SELECT (SELECT count(*)::integer FROM part p JOIN recording r ON r.part = p.id
                    WHERE p.leaf IS NULL AND NOT p.contradicted) AS waiting,
                  (SELECT count(*)::integer FROM refused_copy) AS refused,
                  (SELECT count(*)::integer FROM part WHERE contradicted) AS contradicted,
                  (SELECT coalesce(sum(last - acknowledged), 0)::integer FROM copy_reader) AS unclaimed,
                  (SELECT count(*)::integer FROM copy_reader
                    WHERE acknowledged < last AND acknowledged_at < now() - interval '1 hour') AS silent`,
        ),
      );
      if (row === undefined) return false;
      statements.set({ state: 'waiting' }, row.waiting);
      statements.set({ state: 'unclaimed-copy' }, row.unclaimed);
      deadLetters.set({ source: 'exchange' }, row.refused);
      alarms.set({ kind: 'refused-copies' }, row.refused);
      alarms.set({ kind: 'contradicted-slot' }, row.contradicted);
      // Organisations that have not come for their copies for an hour: until they do, their openings stay here.
      alarms.set({ kind: 'undelivered-copies' }, row.silent);
      return false;
    },
  });
}
