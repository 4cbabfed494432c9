/** Why something cannot be disclosed. A closed list. */
export type DisclosureErrorCode = 'evidence-malformed' | 'claim-unknown' | 'claim-hidden';

/** The error of {@link disclose}: verification itself never throws. */
export class DisclosureError extends Error {
  override readonly name = 'DisclosureError';
  readonly code: DisclosureErrorCode;

  constructor(code: DisclosureErrorCode, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Why a trust file cannot be used. A closed list. */
export type TrustErrorCode = 'trust-malformed' | 'trust-not-confirmed';

/** The error of {@link openTrust}. */
export class TrustError extends Error {
  override readonly name = 'TrustError';
  readonly code: TrustErrorCode;

  constructor(code: TrustErrorCode, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Why a decision file says nothing. A closed list. */
export type DecisionErrorCode = 'decision-malformed' | 'decision-not-confirmed' | 'decision-unknown';

/** The error of {@link openDecision}. */
export class DecisionError extends Error {
  override readonly name = 'DecisionError';
  readonly code: DecisionErrorCode;

  constructor(code: DecisionErrorCode, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.code = code;
  }
}
