import type { SignatureAlgorithm } from './algorithm.js';
import { lowSignature, verifyEcdsa } from './ecdsa.js';
import { TimeStampError } from './error.js';
import type { PublicKey } from './public-key.js';
import { verifyPkcs1, verifyPss } from './rsa.js';

/** Whether a signature over a message verifies. Throws where key and algorithm do not go together. */
export function verifySignature(
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { kind, hash } = algorithm;
  if (kind === 'ecdsa') {
    if (key.kind === 'ec') return verifyEcdsa(key, hash, message, signature);
  } else if (key.kind === 'rsa') {
    const verify = kind === 'rsa' ? verifyPkcs1 : verifyPss;
    return verify(key, hash, message, signature);
  }
  throw new TimeStampError('algorithm', 'the signature is not of the kind of its key');
}

/** The one form of a signature that anyone could write in another: of ECDSA the one with the low s. */
export function canonicalSignature(key: PublicKey, signature: Uint8Array): Uint8Array {
  return key.kind === 'ec' ? lowSignature(key, signature) : signature;
}
