import type { Running } from '@besure/service/zone';
import type { Shared } from './parts.js';
import { countLateSlots } from './slot-rows.js';
import { overdueMillis } from './slot-sender.js';

const EVERY_MILLIS = 5000;

/**
 * Shows in the metrics how many statements that are in no slot yet, and slots that are not final yet, stand where, and how many of those slots are
 * late. Counted now and then, and only these: neither a scrape nor the count may cost a scan of all that ever was.
 */
export function watchStates({ store, metrics, log, config: { charter } }: Shared): Running {
  const statements = metrics.gauge('besure_statements');
  const slots = metrics.gauge('besure_slots');
  const alarms = metrics.gauge('besure_alarms');
  const { base, startMillis, lengthMillis } = charter.slots;
  const count = async (): Promise<void> => {
    try {
      await store.transaction(async (tx) => {
        for (const [gauge, underWay] of [
          [statements, "statement WHERE slot IS NULL AND state <> 'replaced'"],
          [slots, "slot WHERE state <> 'final'"],
        ] as const) {
          const rows = await tx.query<{ state: string; count: string }[]>(
            `SELECT state, count(*) AS count FROM ${underWay} GROUP BY state`,
          );
          gauge.reset();
          for (const row of rows) gauge.set({ state: row.state }, Number(row.count));
        }
        const inTime = base + Math.floor((Date.now() - overdueMillis(charter) - startMillis) / lengthMillis);
        alarms.set({ kind: 'slot-late' }, await countLateSlots(tx, inTime));
      });
    } catch (error) {
      log.warn('counting states failed', { error });
    }
  };
  let timer: NodeJS.Timeout | undefined;
  let counting: Promise<void> = Promise.resolve();
  return {
    start() {
      timer = setInterval(() => {
        counting = count();
      }, EVERY_MILLIS);
    },
    async stop() {
      clearInterval(timer);
      await counting;
    },
  };
}
