import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { sha3_512 } from '@noble/hashes/sha3.js';
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import type { Primitives } from '@besure/protocol';

/** The primitives in JavaScript alone: for browsers, and to check what other implementations answer. */
export const noblePrimitives: Primitives = {
  sha256,
  sha3_512,
  verifyP256: (publicKey, message, signature) =>
    publicKey.length === 65 &&
    signature.length === 64 &&
    answers(() => p256.verify(signature, message, publicKey, { lowS: false })),
  // RFC 8032 as it is written; the default of the library is the wider ZIP 215.
  verifyEd25519: (publicKey, message, signature) =>
    publicKey.length === 32 &&
    signature.length === 64 &&
    answers(() => ed25519.verify(signature, message, publicKey, { zip215: false })),
  verifyMlDsa44: (publicKey, message, signature) =>
    publicKey.length === 1312 &&
    signature.length === 2420 &&
    answers(() => ml_dsa44.verify(signature, message, publicKey)),
};

/** The libraries throw for keys and signatures that are no points or numbers of the curve: that is a no. */
function answers(verify: () => boolean): boolean {
  try {
    return verify();
  } catch {
    return false;
  }
}
