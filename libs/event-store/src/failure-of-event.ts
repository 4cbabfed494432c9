import { EventStoreError, type EventStoreErrorCode } from './error.js';
import { isDatabaseUnavailable, sqlState } from './transaction.js';

/**
 * Classes of SQLSTATE that speak of the values in a statement: cardinality (21), data (22), constraints (23), a view's check (44), limits such as
 * the size of a row (54), raised by a trigger (P0). All others speak of the database: away, in conflict, not migrated, not permitted.
 */
const OF_VALUES: ReadonlySet<string> = new Set(['21', '22', '23', '44', '54', 'P0']);

const OF_THE_STORE: ReadonlySet<EventStoreErrorCode> = new Set([
  'not-migrated',
  'migration-changed',
  'closed',
  'transaction-aborted',
  'unknown-version',
]);

/**
 * Whether a failure of a handler may be the fault of the event that it was given, and so counts against the event. What says that the database,
 * the bus or the machine is at fault does not: then the event waits for as long as it takes.
 */
export function isFailureOfEvent(error: unknown): boolean {
  if (isDatabaseUnavailable(error)) return false;
  if (error instanceof EventStoreError) return !error.retryable && !OF_THE_STORE.has(error.code);
  const state = sqlState(error);
  if (state !== null) return OF_VALUES.has(state.slice(0, 2));
  if (!(error instanceof Error)) return true;
  // The operating system's: a file that is not there, no more descriptors.
  if ('syscall' in error || ('retryable' in error && error.retryable === true)) return false;
  return error.cause === undefined || isFailureOfEvent(error.cause);
}
