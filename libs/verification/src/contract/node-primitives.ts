import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Primitives } from '@besure/protocol';

// The primitives on node:crypto, for tests: written apart from the ones that services use, so that either can be wrong
// alone.

const P256 = '3059301306072a8648ce3d020106082a8648ce3d030107034200';
const ED25519 = '302a300506032b6570032100';
const ML_DSA_44 = '30820532300b06096086480165030403110382052100';

export const nodePrimitives: Primitives = {
  sha256: (data) => new Uint8Array(createHash('sha256').update(data).digest()),
  sha3_512: (data) => new Uint8Array(createHash('sha3-512').update(data).digest()),
  verifyP256: (publicKey, message, signature) => {
    const key = keyOf(P256, publicKey);
    return key !== null && verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
  },
  verifyEd25519: (publicKey, message, signature) => {
    const key = keyOf(ED25519, publicKey);
    return key !== null && verify(null, message, key, signature);
  },
  verifyMlDsa44: (publicKey, message, signature) => {
    const key = keyOf(ML_DSA_44, publicKey);
    return key !== null && verify(null, message, key, signature);
  },
};

const keys = new Map<string, KeyObject | null>();

function keyOf(prefix: string, raw: Uint8Array): KeyObject | null {
  const der = Buffer.concat([Buffer.from(prefix, 'hex'), raw]);
  const id = der.toString('latin1');
  const known = keys.get(id);
  if (known !== undefined) return known;
  const key = parseKey(der);
  keys.set(id, key);
  return key;
}

function parseKey(key: Buffer): KeyObject | null {
  try {
    return createPublicKey({ key, format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}
