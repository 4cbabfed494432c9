/**
 * What can be wrong with a key, a key file or something sealed. `file-*` and the other load errors are configuration
 * errors (stop, tell the operator); `sealed-*` say that stored bytes are not what this zone sealed (final, an alarm).
 */
export type KeyErrorCode =
  | 'file-unreadable'
  | 'file-exists'
  | 'file-mode'
  | 'malformed'
  | 'wrong-algorithm'
  | 'invalid-key'
  | 'keys-not-distinct'
  | 'certificate-malformed'
  | 'certificate-mismatch'
  | 'certificate-chain'
  | 'certificate-of-a-person'
  | 'wrong-length'
  | 'passphrase'
  | 'program'
  | 'sealed-malformed'
  | 'sealed-unknown-key'
  | 'sealed-mismatch';

/** The only error of this library. Neither message nor cause ever holds key material. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
  readonly code: KeyErrorCode;

  constructor(code: KeyErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  /** Whether the same bytes may open later: the key that sealed them may have been added to the key files of other services before this one's. */
  get retryable(): boolean {
    return this.code === 'sealed-unknown-key';
  }
}
