/** What can go wrong in `proof` beyond its adapters. Closed. */
export type ProofErrorCode = 'slot-signed-elsewhere' | 'clock-ahead' | 'hub-unreachable' | 'hub-lies';

/** An error of the proof service with a stable code. */
export class ProofError extends Error {
  readonly code: ProofErrorCode;

  constructor(code: ProofErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProofError';
    this.code = code;
  }
}
