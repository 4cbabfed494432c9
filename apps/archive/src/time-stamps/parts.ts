import { Worker } from '@besure/event-store';
import type { LogStore } from '@besure/log-store';
import type { Running } from '@besure/service/zone';
import type { Shared } from '../parts.js';
import { TimeStampFollower } from './follow.js';
import { httpTimeStamps } from './source.js';

const MOST_MILLIS = 60_000;
const BACKOFF = { firstMillis: 1000, largestMillis: MOST_MILLIS };

/** Follows the time stamps of the hubs, beside the log. */
export function timeStampFollower({ config, charters, store, log }: Shared, logStore: LogStore): Running {
  const { charter, hubs } = config;
  const stopping = new AbortController();
  const follower = new TimeStampFollower({
    get charter() {
      return charters.charter;
    },
    store,
    log: logStore,
    sources: hubs.map(({ logUrl }) => httpTimeStamps(`${logUrl}/log/proofs`, stopping.signal)),
    onRefused: (url, refused) =>
      log.error('time stamps do not count', { url, count: refused.length, ...refused[0] }),
  });
  const worker = new Worker({
    round: () => follower.round(),
    // Tokens are rare; where slots are short, as in tests, so is the wait for them.
    restMillis: Math.min(MOST_MILLIS, charter.slots.lengthMillis),
    backoff: BACKOFF,
    onFailure: (error, attempt) => log.warn('following time stamps failed', { error, attempt }),
  });
  return {
    start: () => worker.start(),
    stop() {
      stopping.abort();
      return worker.stop();
    },
  };
}
