/** Why blocks cannot be derived from; a closed list. */
export type LedgerLogErrorCode =
  /** A block is not the one that follows. */
  'not-next';

/** The one error class of this library. */
export class LedgerLogError extends Error {
  override readonly name = 'LedgerLogError';

  constructor(
    readonly code: LedgerLogErrorCode,
    message: string,
  ) {
    super(message);
  }
}
