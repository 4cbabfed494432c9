/** Why bytes or text of the ledger were refused; a closed list. */
export type LedgerTxErrorCode =
  | 'hex'
  | 'address-text'
  | 'address-length'
  | 'address-version'
  | 'address-checksum'
  | 'address-format'
  | 'key-hash'
  | 'public-key'
  | 'signature'
  | 'txid'
  | 'script'
  | 'data-length'
  | 'truncated'
  | 'not-canonical'
  | 'trailing-bytes'
  | 'no-inputs'
  | 'no-outputs'
  | 'input-index'
  | 'entity'
  | 'no-transactions'
  | 'merkle-root'
  | 'duplicate-transaction';

/** The one error class of this library; branch on `code`, not on the text. */
export class LedgerTxError extends Error {
  override readonly name = 'LedgerTxError';

  constructor(
    readonly code: LedgerTxErrorCode,
    message: string,
  ) {
    super(message);
  }
}
