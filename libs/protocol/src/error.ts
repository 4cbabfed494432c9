/**
 * Why something was refused. A closed list: callers branch on it, people read the message.
 * One code per format or per rule that a caller may want to tell apart.
 */
export type ProtocolErrorCode =
  // bytes and text
  | 'encoding'
  | 'number'
  // events in
  | 'document-event'
  // statements and their disclosures
  | 'claim'
  | 'role'
  | 'statement-input'
  | 'statement-format'
  | 'statement-header'
  | 'statement-payload'
  | 'statement-signature'
  | 'certificate'
  | 'certificate-key'
  | 'disclosure'
  // countersignatures
  | 'countersignature-input'
  | 'countersignature-format'
  | 'countersignature-signature'
  | 'countersignature-statement'
  // slots and the ledger
  | 'slot-tree'
  | 'slot-path'
  | 'item'
  | 'log-entry'
  // rights management
  | 'rights-note'
  | 'rights-entry'
  // messages between services
  | 'message'
  // logs, checkpoints and evidence
  | 'merkle'
  | 'inclusion'
  | 'consistency'
  | 'signed-note'
  | 'checkpoint'
  | 'verifier-key'
  | 'cosignature'
  | 'tile'
  | 'tlog-proof'
  | 'evidence';

/** The one error of this library. `field` is the path of the member that is wrong, where there is one. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ProtocolErrorCode;
  readonly field?: string;

  constructor(
    code: ProtocolErrorCode,
    message: string,
    options: { readonly field?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.field !== undefined) this.field = options.field;
  }
}
