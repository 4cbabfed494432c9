/** Why a charter, a trust file or a question about them was refused. */
export type CharterErrorCode =
  /** Not a JSON text, or one that says something twice. */
  | 'json'
  /** A member is missing, unknown, or breaks the rule of its kind; `field` is its path. */
  | 'field'
  /** Every member is right by itself, but together they contradict each other; `field` is the path of one of them. */
  | 'rule'
  /** The trust file's genesis hash is not the charter's. */
  | 'genesis'
  /** A moment before the first slot, or a slot before it. */
  | 'before-first-slot'
  /** A moment after the last slot, or a slot after it: the year 9999 is over. */
  | 'after-last-slot';

/** The one error of this library. The message is the rule that was broken. */
export class CharterError extends Error {
  override readonly name = 'CharterError';
  readonly code: CharterErrorCode;
  readonly field?: string;

  constructor(
    code: CharterErrorCode,
    message: string,
    options: { readonly field?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.field !== undefined) this.field = options.field;
  }
}
