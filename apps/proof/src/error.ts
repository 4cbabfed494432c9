/** What can go wrong in `proof` beyond its adapters. Closed. */
export type ProofErrorCode =
  'slot-signed-elsewhere' | 'clock-ahead' | 'hub-unreachable' | 'hub-lies' | 'key-not-in-force';

/** An error of the proof service with a stable code. */
export class ProofError extends Error {
  readonly code: ProofErrorCode;

  /** Whether time alone may help: nothing is wrong with what was being handled. */
  get retryable(): boolean {
    return this.code === 'key-not-in-force';
  }

  constructor(code: ProofErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProofError';
    this.code = code;
  }
}
