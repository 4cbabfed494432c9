/** Everything that the archive refuses to believe or to do, closed. */
export type ArchiveErrorCode =
  /** A message of this zone's proof is not what it should be, or its attachment is gone. */
  | 'recorded-malformed'
  /** Openings that do not open the statement beside them. */
  | 'openings-mismatch'
  /** The copies in an answer of the exchange do not follow the cursor in order. */
  | 'copies-disordered'
  /** A copy of a statement that no evidence can hold, or that is kept with another signature. */
  | 'copy-statement'
  /** A copy whose recording is not the exchange's. */
  | 'copy-recording'
  /** A copy whose path does not lead to the item in the ledger log. */
  | 'copy-root'
  /** A copy with a countersignature that no evidence can hold, or another than the one that is kept. */
  | 'copy-countersignature'
  /** A copy whose openings do not fit the statement or the organisations. */
  | 'copy-openings'
  /** A reader acknowledges copies that it was never given. */
  | 'cursor-ahead'
  /** The organisation is not in the charter. */
  | 'organisation-unknown';

/** The one error class of this service; branch on `code`. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  readonly code: ArchiveErrorCode;

  constructor(code: ArchiveErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
