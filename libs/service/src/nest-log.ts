import type { LoggerService } from '@nestjs/common';
import type { ServiceLog } from './log.js';

function contextOf(parameters: readonly unknown[]): { kind?: string } {
  const last = parameters.at(-1);
  return typeof last === 'string' ? { kind: last } : {};
}

/**
 * What the framework has to say. Its texts may quote requests, so only the place is kept; what matters of a failing start
 * is thrown and shown by who started. Nest keeps one logger per process: with several services in one process the
 * last one started gets the lines of all.
 */
export function nestLog(log: ServiceLog): LoggerService {
  return {
    log: (_message: unknown, ...rest: unknown[]) => {
      log.debug('framework', contextOf(rest));
    },
    warn: (_message: unknown, ...rest: unknown[]) => {
      log.warn('framework warning', contextOf(rest));
    },
    error: (message: unknown, ...rest: unknown[]) => {
      log.error('framework error', {
        ...contextOf(rest),
        ...(message instanceof Error ? { error: message } : {}),
      });
    },
  };
}
