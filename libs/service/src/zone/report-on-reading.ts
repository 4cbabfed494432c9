import { MessagingError } from '@besure/messaging';
import type { ServiceLog } from '../log.js';

/**
 * Logs what goes wrong in reading another service's pipe. Services start in any order: that the pipe is not there yet is said once, and is no
 * failure.
 */
export function reportOnReading(log: ServiceLog, source: string): (error: unknown) => void {
  let isWaiting = false;
  return (error) => {
    const isNotYet = error instanceof MessagingError && error.code === 'no-stream';
    if (!isNotYet) log.warn('reading the bus failed', { error, source });
    else if (!isWaiting) log.info('waiting for the pipe of another service', { source });
    isWaiting = isNotYet;
  };
}
