/**
 * What can go wrong with a message. Retryable, by the state of who sends: `unavailable`, `no-stream`, `no-responders`, `timeout`, `busy`,
 * `pipe-full`, `pipe-moved`. Final for this message: `refused`, `malformed`, `too-large`. For an operator: `forbidden`,
 * `credentials`, `certificate`, `pipe-mismatch`.
 */
export type MessagingErrorCode =
  /** No connection within the deadline. */
  | 'unavailable'
  /** The owner of a pipe has not made its stream yet: normal while services start. */
  | 'no-stream'
  /** Connected, but nobody serves this subject. */
  | 'no-responders'
  /** No answer within the deadline: whether it was handled is unknown. */
  | 'timeout'
  /** The other side answered `{ok: false}`; see `refusal`. */
  | 'refused'
  /** The other side has too much to do; try later. */
  | 'busy'
  /** An answer or a message that is not what was agreed. */
  | 'malformed'
  /** More than one message can hold. */
  | 'too-large'
  /** This user may not send here. */
  | 'forbidden'
  /** The credentials file cannot be used. */
  | 'credentials'
  /** The server speaks no TLS, or its certificate is not one for this host by an authority that is trusted. */
  | 'certificate'
  /** The stream is full and takes nothing until it has been purged. */
  | 'pipe-full'
  /** Somebody else published, or the stream was made anew: ask again what it holds. */
  | 'pipe-moved'
  /** The stream exists with settings that cannot be changed to ours. */
  | 'pipe-mismatch'
  /** Anything else that the server or the client reported. */
  | 'failed';

/** The only error of this library. Messages name subjects and codes, never contents. */
export class MessagingError extends Error {
  override readonly name = 'MessagingError';
  readonly code: MessagingErrorCode;
  /** With `refused`: the code that the other side gave. */
  readonly refusal: string | null;

  constructor(
    code: MessagingErrorCode,
    message: string,
    options: { refusal?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.refusal = options.refusal ?? null;
  }
}
