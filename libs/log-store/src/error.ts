/** Every way in which this library refuses or fails, closed. */
export type LogStoreErrorCode =
  /** Two roots for one size of one log: a split view, or a log that was changed. Never goes away by itself. */
  | 'fork'
  /** A source's newest checkpoint lies below one that was seen before. */
  | 'older'
  /** A size, index or tile beyond what the log holds. */
  | 'out-of-range'
  /** A note that is no checkpoint of this log, or that the caller's policy does not accept (yet). */
  | 'checkpoint-not-accepted'
  /** An entry of somebody whom the charter, as far as it was read, does not know: it will once more was read. */
  | 'charter-behind'
  /** What a hub sent is not what its checkpoint promises. */
  | 'bad-entries'
  /** A hub has a log and no checkpoint of it yet: normal while a network is new. */
  | 'no-checkpoint'
  /** A hub does not answer, or not with what was asked for. */
  | 'unreachable'
  /** The stored log contradicts itself. */
  | 'corrupt';

/** The one error class of this library; branch on `code`. */
export class LogStoreError extends Error {
  readonly code: LogStoreErrorCode;

  constructor(code: LogStoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'LogStoreError';
    this.code = code;
  }
}
