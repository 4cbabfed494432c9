import { type Backoff, Worker } from '@besure/event-store';
import { exchangeOf, rightsOriginOf } from '@besure/governance';
import {
  acceptQuorate,
  type CharterFollower,
  HttpLogSource,
  LogFollower,
  LogStore,
  LogStoreError,
} from '@besure/log-store';
import type { Primitives } from '@besure/protocol';
import type { PipeContext } from '@besure/service/zone';
import type { ArchiveConfig } from './configuration.js';
import { itemsOf, keepItems } from './follow.js';
import type { WitnessKey } from './witness/witness-key.js';

/** The schema of this service, and the name of its pipe. */
export const SCHEMA = 'archive';

/** Hubs and exchange may come back at any moment, and asking costs little: pauses stay short, so that evidence is not late for long. */
const BACKOFF: Backoff = { firstMillis: 100, largestMillis: 2000 };

/** What all parts of the service share. */
export interface Shared extends PipeContext {
  readonly config: ArchiveConfig;
  readonly charters: CharterFollower;
  /** By which this archive cosigns; null where it only hands on what it saw. */
  readonly witnessKey: WitnessKey | null;
  /** Of checkpoints, signatures are verified once by all parts together. */
  readonly primitives: Primitives;
}

/** The stores of the log of proofs: `proofs` as a quorum has signed it, `witnessed` as hubs show it before; and `rights`, that log as hubs show it. */
export type StoredLog = 'proofs' | 'witnessed' | 'rights';

/** One of the stores of ledger logs. */
export function logStoreOf({ charter }: ArchiveConfig, log: StoredLog): LogStore {
  const origin = log === 'rights' ? rightsOriginOf(charter) : charter.log.origin;
  // Hubs and witnesses sign the newest checkpoint of the log of rights anew, and then the new line is the one to hand on.
  return new LogStore({ schema: SCHEMA, log, origin, keptLine: log === 'rights' ? 'latest' : 'earliest' });
}

/** Where a hub serves one of its two logs. */
export function logSource(logUrl: string, log: 'proofs' | 'rights' = 'proofs'): HttpLogSource {
  return new HttpLogSource(`${logUrl}/log/${log}`);
}

/** Follows the ledger log of the hubs, believing only the charter's quorum; `followed` for each step, shortly before its commit. */
export function logFollower(
  { config, charters, store, log, metrics, primitives }: Shared,
  logStore: LogStore,
  followed: () => void,
): LogFollower {
  // The exchange is one from the first charter on.
  const members = new Set([config.organisation, exchangeOf(config.charter).id]);
  const follower = new LogFollower({
    store,
    log: logStore,
    sources: config.hubs.map(({ logUrl }) => logSource(logUrl)),
    accept: (note) => acceptQuorate(note, charters.charter, primitives),
    async handler(tx, { from, entries }) {
      await keepItems(tx, itemsOf(entries, from, members, charters.charter));
      followed();
    },
    pollMillis: restMillis(config),
    backoff: BACKOFF,
    onFailure(error, url) {
      if (error instanceof LogStoreError && error.code === 'fork') {
        metrics.gauge('besure_alarms').set({ kind: 'quorum-forked' }, follower.status().forked.length);
        log.error('a quorum signed another ledger log', { error, url });
      } else {
        log.warn('following the ledger log failed', { error, url });
      }
    },
    onWaiting: (url) => log.info('waiting for the first checkpoint of the ledger log', { url }),
  });
  metrics.gaugeFrom('besure_checkpoint_size', () => follower.status().size);
  return follower;
}

/** A worker whose failures are logged, where it works with one other service with its URL; `looksPerSlot` where it has to look by itself. */
export function worker(
  { config, log }: Shared,
  kind: string,
  round: () => Promise<boolean>,
  { url, looksPerSlot = 1 }: { readonly url?: string; readonly looksPerSlot?: number } = {},
): Worker {
  return new Worker({
    round,
    restMillis: restMillis(config, looksPerSlot),
    backoff: BACKOFF,
    onFailure: (error, attempt) =>
      log.warn('work failed', { kind, error, attempt, ...(url !== undefined && { url }) }),
  });
}

/** How often to look where nobody says that there is something: hints are lost now and then, and a look costs hub and database as much as work does. */
function restMillis({ charter }: ArchiveConfig, looksPerSlot = 1): number {
  return Math.min(Math.max(charter.slots.lengthMillis / looksPerSlot, 50), 2000 / Math.min(looksPerSlot, 1));
}
