import { type Charter, timeStampAnchorsOf } from '@besure/governance';
import type { ServiceContext } from '@besure/service';
import type { LedgerWriterConfig } from '../configuration.js';
import { LedgerWriterError } from '../error.js';
import type { LogContext } from '../log.controller.js';
import { requestTimeStamp } from './client.js';
import { TimeStamper } from './time-stamper.js';

const POLL_MILLIS = 60_000;

/**
 * What has checkpoints time-stamped, where the hub was told an authority. The alarm comes when half of the time is over in which, by the
 * charter, a token still says something.
 */
export function timeStamperOf(
  context: ServiceContext<LedgerWriterConfig>,
  { dataSource, log }: LogContext,
  charter: () => Charter,
): TimeStamper | null {
  const { config, log: serviceLog, metrics } = context;
  const { timeStamps } = config;
  if (timeStamps === null) return null;
  const stop = new AbortController();
  const stamper = new TimeStamper({
    dataSource,
    log,
    everySeconds: timeStamps.everySeconds,
    alarmAfterSeconds: () => charter().limits.timeStampLagSeconds / 2,
    async request(message) {
      const anchors = timeStampAnchorsOf(charter());
      if (anchors.length === 0)
        throw new LedgerWriterError(
          'time-stamp-unavailable',
          'the charter names no authority, nobody’s tokens count',
        );
      return requestTimeStamp(timeStamps.url, message, anchors, stop.signal);
    },
    now: Date.now,
    pollMillis: Math.min(POLL_MILLIS, timeStamps.everySeconds * 250),
    onStamped: (size) => serviceLog.info('checkpoint time-stamped', { size }),
    onFailure: (error, attempt) => serviceLog.warn('no time stamp for now', { error, attempt }),
  });
  metrics.gaugeFrom('besure_alarms', () => ({ 'time-stamp-overdue': stamper.isOverdue ? 1 : 0 }));
  context.onStop('time stamps', () => {
    stop.abort();
    return stamper.stop();
  });
  return stamper;
}
