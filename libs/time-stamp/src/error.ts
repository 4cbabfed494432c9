/** Why a token, or an answer of an authority, was refused. A closed list: callers branch on it, people read the message. */
export type TimeStampErrorCode =
  /** No DER of the shape that it must have, or too long. */
  | 'malformed'
  /** What no signature covers is not in its one form: unsigned attributes, surplus certificates, a high s, and so on. */
  | 'not-canonical'
  /** An algorithm, a key size or a parameter that is not in the profile. */
  | 'algorithm'
  /** It is a token of something else, or by another hash than SHA-512. */
  | 'imprint'
  /** The signer's certificate is absent, or not the one that was signed, or not for time stamping alone. */
  | 'signer'
  /** The signature, or the digest that it covers, does not verify. */
  | 'signature'
  /** No path of certificates leads to an authority that was given. */
  | 'chain'
  /** A certificate of the path, or the authority itself, does not hold at that time. */
  | 'validity'
  /** An extension is critical and not known here. */
  | 'critical-extension'
  /** The authority answered that it gives no token. */
  | 'refused'
  /** The answer is to another request. */
  | 'nonce';

/** The one error of this library. */
export class TimeStampError extends Error {
  override readonly name = 'TimeStampError';
  readonly code: TimeStampErrorCode;

  constructor(code: TimeStampErrorCode, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** A `malformed` error. */
export function malformed(what: string): TimeStampError {
  return new TimeStampError('malformed', `not well-formed: ${what}`);
}
