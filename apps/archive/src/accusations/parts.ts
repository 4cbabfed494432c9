import type { Worker } from '@besure/event-store';
import type { Db } from '@besure/log-store';
import { logSource, logStoreOf, type Shared, worker } from '../parts.js';
import { CheckpointReader } from '../witness/seen-checkpoint.js';
import { Accuser } from './accuser.js';

/** Looks for hubs and witnesses that lied, and names them. */
export function accuserPart(shared: Shared, db: Db): Worker {
  const { config, charters, store, log, metrics, primitives } = shared;
  const accuser = new Accuser({
    store,
    db,
    get charter() {
      return charters.charter;
    },
    primitives,
    reader: new CheckpointReader(() => charters.charter, primitives),
    witnessed: logStoreOf(config, 'witnessed'),
    quorate: logStoreOf(config, 'proofs'),
    sources: config.hubs.map(({ logUrl }) => logSource(logUrl)),
    onAccused({ accused: { id }, lie }) {
      metrics.gauge('besure_alarms').inc({ kind: 'hub-lies' });
      log.error('a hub or witness lied, and an accusation proves it', { hub: id, kind: lie });
    },
  });
  return worker(shared, 'accusing', () => accuser.round());
}
