import { Worker } from '@besure/event-store';
import { acceptQuorate, type CharterFollower, HttpLogSource, LogFollower, LogStore } from '@besure/log-store';
import { nodePrimitives } from '@besure/keys';
import type { PipeContext } from '@besure/service/zone';
import type { ProofConfig } from './configuration.js';
import type { FreshStatements } from './fresh-statements.js';
import { noteFinalSlots } from './follow-log.js';
import type { OwnKeys } from './own-keys.js';

/** The schema of this service, and the name of its pipe. */
export const SCHEMA = 'proof';

/** What all parts of the service share. */
export interface Shared extends PipeContext {
  readonly config: ProofConfig;
  readonly charters: CharterFollower;
  readonly keys: OwnKeys;
  readonly fresh: FreshStatements;
}

/** Follows the ledger log of the hubs, believing only the charter's quorum, and notes which slots have become final. */
export function logFollower(
  { config, charters, store, log, metrics }: Shared,
  pollMillis: number,
): LogFollower {
  const { charter, organisation } = config;
  const alarms = metrics.gauge('besure_alarms');
  const follower = new LogFollower({
    store,
    log: new LogStore({ schema: SCHEMA, log: 'proofs', origin: charter.log.origin }),
    sources: config.hubLogUrls.map((url) => new HttpLogSource(`${url}/log/proofs`)),
    accept: (note) => acceptQuorate(note, charters.charter, nodePrimitives),
    handler: (tx, { from, entries }) =>
      noteFinalSlots(
        {
          organisation,
          charter: charters.charter,
          store,
          onForeignItem(slot) {
            alarms.inc({ kind: 'foreign-item' });
            log.error('an item of this member in the ledger was not made here', { slot });
          },
        },
        tx,
        from,
        entries,
      ),
    pollMillis,
    onFailure: (error, url) => log.warn('following the ledger log failed', { error, url }),
    onWaiting: (url) => log.info('waiting for the first checkpoint of the ledger log', { url }),
  });
  metrics.gaugeFrom('besure_checkpoint_size', () => follower.status().size);
  return follower;
}

/** A worker whose failures are logged. */
export function worker(
  { log }: Shared,
  kind: string,
  restMillis: number,
  round: () => Promise<boolean>,
): Worker {
  return new Worker({
    round,
    restMillis,
    onFailure: (error, attempt) => log.warn('work failed', { kind, error, attempt }),
  });
}
