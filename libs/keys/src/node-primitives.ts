import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import type { Primitives } from '@besure/protocol';
import { derFromCompact } from './p256-signature.js';
import { smallBytes } from './small-bytes.js';

/** What stands before the raw key in a SubjectPublicKeyInfo, and how long that key is. */
interface KeyShape {
  readonly prefix: Uint8Array;
  readonly length: number;
}

const P256: KeyShape = {
  prefix: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex'),
  length: 65,
};
const ED25519: KeyShape = { prefix: Buffer.from('302a300506032b6570032100', 'hex'), length: 32 };
const ML_DSA_44: KeyShape = {
  prefix: Buffer.from('30820532300b06096086480165030403110382052100', 'hex'),
  length: 1312,
};

/** A network has some tens of keys; the bound only keeps forged certificates from filling the memory. */
const MOST_KEYS = 1024;

/** Parsed public keys by their bytes; the oldest go when it is full. Parsing costs as much as half a verification. */
class PublicKeys {
  readonly #shape: KeyShape;
  readonly #keys = new Map<string, KeyObject>();

  constructor(shape: KeyShape) {
    this.#shape = shape;
  }

  /** Null when the bytes are no public key. */
  get(raw: Uint8Array): KeyObject | null {
    if (raw.length !== this.#shape.length) return null;
    const id = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('binary');
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    let key: KeyObject;
    try {
      key = createPublicKey({ key: Buffer.concat([this.#shape.prefix, raw]), format: 'der', type: 'spki' });
    } catch {
      return null;
    }
    const [oldest] = this.#keys.keys();
    if (this.#keys.size >= MOST_KEYS && oldest !== undefined) this.#keys.delete(oldest);
    this.#keys.set(id, key);
    return key;
  }
}

const p256Keys = new PublicKeys(P256);
const ed25519Keys = new PublicKeys(ED25519);
const mlDsa44Keys = new PublicKeys(ML_DSA_44);

function digest(algorithm: string, data: Uint8Array): Uint8Array {
  return smallBytes(hash(algorithm, data, 'binary'));
}

/** The primitives of the pure libraries on node:crypto. Bad keys and lengths are an answer (false), not an error. */
export const nodePrimitives: Primitives = {
  sha256: (data) => digest('sha256', data),
  sha3_512: (data) => digest('sha3-512', data),
  verifyP256(publicKey, message, signature) {
    const key = signature.length === 64 ? p256Keys.get(publicKey) : null;
    return key !== null && verify('sha256', message, key, derFromCompact(signature));
  },
  verifyEd25519(publicKey, message, signature) {
    const key = signature.length === 64 ? ed25519Keys.get(publicKey) : null;
    return key !== null && verify(null, message, key, signature);
  },
  verifyMlDsa44(publicKey, message, signature) {
    const key = signature.length === 2420 ? mlDsa44Keys.get(publicKey) : null;
    return key !== null && verify(null, message, key, signature);
  },
};
