/** Why `rights` cannot say how the ledger's permissions are; a closed list. */
export type RightsErrorCode =
  /** The ledger-writer's answer is not what was agreed. */
  'malformed-answer';

/** The one error class of this service. */
export class RightsError extends Error {
  override readonly name = 'RightsError';
  readonly code: RightsErrorCode;

  constructor(code: RightsErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
