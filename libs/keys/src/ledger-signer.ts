import secp256k1 from 'secp256k1';
import { KeyError } from './error.js';
import { readSecretFile } from './key-file.js';

/** Signs ledger transactions for one member; the shape that libs/ledger-tx asks for. */
export interface LedgerSigner {
  /** Compressed secp256k1 point, 33 bytes. */
  readonly publicKey: Uint8Array;
  /** ECDSA over a digest of 32 bytes (RFC 6979, deterministic): 64 bytes r||s with low S. */
  sign(digest: Uint8Array): Uint8Array;
}

/** Builds a signer from the 32 bytes of a private key. */
export function createLedgerSigner(privateKey: Uint8Array, where: string): LedgerSigner {
  const key = Uint8Array.from(privateKey);
  if (key.length !== 32 || !secp256k1.privateKeyVerify(key)) {
    throw new KeyError('invalid-key', `${where} does not hold a secp256k1 private key`);
  }
  const publicKey = Uint8Array.from(secp256k1.publicKeyCreate(key, true));
  const sign = (digest: Uint8Array): Uint8Array => {
    if (digest.length !== 32)
      throw new KeyError('wrong-length', 'a ledger signature is over a digest of 32 bytes');
    return secp256k1.ecdsaSign(digest, key).signature;
  };
  const probe = new Uint8Array(32).fill(0x42);
  if (!secp256k1.ecdsaVerify(sign(probe), probe, publicKey)) {
    throw new KeyError('invalid-key', 'a test signature of the ledger key does not verify');
  }
  return { publicKey, sign };
}

/**
 * True if the signature (64 bytes r||s, low S) over the digest is by this key. Bad keys and lengths are an answer, not an
 * error: what a ledger is given comes from anywhere.
 */
export function verifyLedgerSignature(
  publicKey: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== 33 || digest.length !== 32 || signature.length !== 64) return false;
  if (!secp256k1.publicKeyVerify(publicKey)) return false;
  try {
    return secp256k1.ecdsaVerify(signature, digest, publicKey);
  } catch {
    return false; // r or s beyond the order of the curve
  }
}

/** Loads a ledger key file: 64 lower-case hex characters. */
export function loadLedgerSigner(path: string): LedgerSigner {
  const text = readSecretFile(path).replace(/\n$/, '');
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new KeyError('malformed', `${path} must hold 64 lower-case hex characters`);
  }
  return createLedgerSigner(Buffer.from(text, 'hex'), path);
}
