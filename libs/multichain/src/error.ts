/** What can go wrong between us and a ledger node; a closed list. */
export type LedgerErrorCode =
  // What the node says about a transaction.
  | 'inputs-spent'
  | 'missing-inputs'
  | 'bad-signature'
  | 'no-permission'
  | 'undecodable'
  | 'rejected'
  // What the node says about a call.
  | 'unknown-block'
  | 'unknown-transaction'
  | 'unknown-stream'
  | 'name-taken'
  | 'invalid-address'
  | 'invalid-parameter'
  | 'unknown-method'
  | 'wrong-chain'
  | 'bad-request'
  | 'starting'
  | 'busy'
  | 'unknown'
  // What happened on the way.
  | 'unreachable'
  | 'interrupted'
  | 'timeout'
  | 'unauthorised'
  | 'not-json'
  | 'too-large'
  | 'unexpected-answer'
  | 'closed'
  // What we were given.
  | 'settings';

/** Codes after which the same call may well succeed later, without anybody changing anything. */
const RETRYABLE: ReadonlySet<LedgerErrorCode> = new Set([
  'missing-inputs',
  'starting',
  'busy',
  'unreachable',
  'interrupted',
  'timeout',
]);

/** The one error of this library; branch on `code` or `retryable`, not on the text. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly code: LedgerErrorCode;
  /** The number that the node gave, where it gave one. */
  readonly rpcCode?: number;

  constructor(
    code: LedgerErrorCode,
    message: string,
    options: { readonly rpcCode?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.rpcCode !== undefined) this.rpcCode = options.rpcCode;
  }

  /**
   * True if trying the same again later is sensible. `missing-inputs` is among them because the transaction before may
   * still be on its way; it stays missing where that one lost against a double spend, so count the attempts.
   */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}
