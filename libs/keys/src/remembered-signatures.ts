import type { Primitives } from '@besure/protocol';

/** A checkpoint has some ten signatures, and is looked at for some slots. */
const MOST_REMEMBERED = 1024;

interface Algorithm {
  readonly id: number;
  readonly keyBytes: number;
  readonly signatureBytes: number;
}

const ML_DSA_44: Algorithm = { id: 1, keyBytes: 1312, signatureBytes: 2420 };
const ED25519: Algorithm = { id: 2, keyBytes: 32, signatureBytes: 64 };

/**
 * The same primitives, for who reads checkpoints again and again: a signature on one that has verified is remembered by the digest of key, message
 * and signature, and not verified anew when the same checkpoint comes back with one line more. What did not verify is not remembered.
 */
export function rememberCheckpointSignatures(primitives: Primitives): Primitives {
  const verified = new Set<string>();
  const remember = (
    { id: algorithm, keyBytes, signatureBytes }: Algorithm,
    verify: Primitives['verifyMlDsa44'],
  ): Primitives['verifyMlDsa44'] => {
    return (publicKey, message, signature) => {
      // Without it, what is digested could be read in two ways: bytes of one part could stand in the next.
      if (publicKey.length !== keyBytes || signature.length !== signatureBytes) {
        return verify(publicKey, message, signature);
      }
      const id = idOf(primitives.sha256(joined(algorithm, publicKey, signature, message)));
      if (verified.has(id)) return true;
      if (!verify(publicKey, message, signature)) return false;
      const [oldest] = verified;
      if (verified.size >= MOST_REMEMBERED && oldest !== undefined) verified.delete(oldest);
      verified.add(id);
      return true;
    };
  };
  return {
    ...primitives,
    verifyMlDsa44: remember(ML_DSA_44, (...given) => primitives.verifyMlDsa44(...given)),
    verifyEd25519: remember(ED25519, (...given) => primitives.verifyEd25519(...given)),
  };
}

function joined(algorithm: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Uint8Array.of(algorithm), ...parts]);
}

function idOf(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.length).toString('latin1');
}
