/**
 * Every way in which this library refuses or fails, closed. `retryable` says whether the same call may succeed later
 * without anybody changing anything.
 */
export type EventStoreErrorCode =
  /** An event that can never be stored: bad stream name, data that is no JSON, a negative version. A fault of the caller. */
  | 'bad-event'
  /** A schema name that would need quoting. */
  | 'bad-schema'
  /** A bigint of the database beyond 2^53: cannot be held exactly. */
  | 'unsafe-integer'
  /** The connection broke while COMMIT was under way: stored or not, unknown. Look again before retrying. */
  | 'commit-unknown'
  /** The work caught a database error and went on: PostgreSQL had already given the transaction up, so nothing was stored. */
  | 'transaction-aborted'
  /** The schema lacks migrations that this code needs: run `migrate`. */
  | 'not-migrated'
  /** A migration that was applied once has another text now. */
  | 'migration-changed'
  /** The helper was closed; nothing is taken any more. */
  | 'closed'
  /** More is waiting than may wait. */
  | 'overloaded'
  /** The outlet holds positions that the store does not have: a restored backup, or a foreign stream. Needs a person. */
  | 'outlet-ahead'
  /** The owner cannot give the events after the checkpoint. */
  | 'gap'
  /** An event has a newer version than this code reads: nothing after it is handled until the service has been upgraded. */
  | 'unknown-version'
  /** An event cannot be handled, and more than one such event has been put aside before it: nothing after it is handled until a person looks. */
  | 'too-many-dead-letters'
  /** There is no dead letter of that number. */
  | 'no-dead-letter'
  /** The dead letter was replayed or discarded before. */
  | 'dead-letter-ended'
  /** Nothing here reads the source of the dead letter. */
  | 'no-reader'
  /** Nothing would tell anybody that the event was given up: the dead letter can only be replayed. */
  | 'not-discardable'
  /** The consumer is being stopped: the batch was not handled, deliver it again later. */
  | 'stopped';

const RETRYABLE: ReadonlySet<EventStoreErrorCode> = new Set([
  'commit-unknown',
  'overloaded',
  'gap',
  'stopped',
]);

/** The one error class of this library; branch on `code`. */
export class EventStoreError extends Error {
  readonly code: EventStoreErrorCode;
  readonly retryable: boolean;

  constructor(code: EventStoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EventStoreError';
    this.code = code;
    this.retryable = RETRYABLE.has(code);
  }
}
