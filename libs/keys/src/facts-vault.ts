import { hkdfSync } from 'node:crypto';
import { KeyError } from './error.js';
import { HmacSha256 } from './hmac-sha256.js';
import { readSecretFile } from './key-file.js';
import { randomPiece } from './random-piece.js';
import { decryptGcm, encryptGcm, XAES_NONCE_LENGTH, Xaes256Gcm } from './xaes-256-gcm.js';

/** Something encrypted under a key of its own, and what only this zone can make that key of. Deleting `wrappedKey` erases it. */
export interface Sealed {
  /** AES-256-GCM: ciphertext and tag (16 bytes longer than the plain bytes). */
  readonly ciphertext: Uint8Array;
  /**
   * As it was sealed 36 bytes: id of the zone's key (4), seed (32); the key is HMAC-SHA256 of the seed. As an older version sealed it, or wrapped anew
   * under a newer key of the zone, 76 bytes: id (4), nonce (24), wrapped key (32), tag (16).
   */
  readonly wrappedKey: Uint8Array;
}

/** Seals facts and openings for one zone. */
export interface FactsVault {
  /** Encrypts under a fresh 256-bit key, used for nothing else. */
  seal(plain: Uint8Array): Sealed;
  /** Throws `KeyError` 'sealed-malformed', 'sealed-unknown-key' or 'sealed-mismatch'. */
  open(sealed: Sealed): Uint8Array;
  /** Whether a wrapped key names a key that this zone does not have: with it, it may open later. No look at what is sealed. */
  lacksKeyOf(wrappedKey: Uint8Array): boolean;
  /** The same wrapped key under the zone's newest key; unchanged when it already is. */
  rewrap(wrappedKey: Uint8Array): Uint8Array;
  /** HMAC-SHA256 of a text under a key for this label: tells equal texts apart from others without keeping them. */
  keyedHash(label: string, text: string): Uint8Array;
  /** `keyedHash` under every key of the zone, newest first: for look-ups after the zone's key was replaced. */
  keyedHashes(label: string, text: string): Uint8Array[];
}

const KEY_LENGTH = 32;
const ID_LENGTH = 4;
const SEED_LENGTH = 32;
const SEEDED_LENGTH = ID_LENGTH + SEED_LENGTH;
const WRAPPED_LENGTH = ID_LENGTH + XAES_NONCE_LENGTH + KEY_LENGTH + 16;
/** A key that encrypts exactly one thing needs no nonce. */
const ZERO_NONCE = new Uint8Array(12);
const FACTS_DOMAIN = Buffer.from('besure/facts/v0', 'utf8');
const WRAP_DOMAIN = Buffer.from('besure/facts-key/v0', 'utf8');
/** Labels are constants of the program; more of them than this is a mistake of a caller that puts data there. */
const MOST_LABELS = 64;

/** HKDF-SHA256 of the zone's key: the raw key itself is used for nothing. */
function derive(key: Uint8Array, purpose: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), `besure/zone-key/v0/${purpose}`, length));
}

class ZoneKey {
  readonly id: Uint8Array;
  readonly #key: Uint8Array;
  readonly #wrap: Xaes256Gcm;
  readonly #seeds: HmacSha256;
  readonly #labels = new Map<string, HmacSha256>();

  constructor(key: Uint8Array) {
    if (key.length !== KEY_LENGTH) throw new KeyError('wrong-length', 'a facts key has 32 bytes');
    this.#key = Uint8Array.from(key);
    this.id = derive(key, 'id', ID_LENGTH);
    this.#wrap = new Xaes256Gcm(derive(key, 'wrap', KEY_LENGTH));
    this.#seeds = new HmacSha256(derive(key, 'seed', KEY_LENGTH));
  }

  /** The key that belongs to a seed. */
  keyOf(seed: Uint8Array): Uint8Array {
    return this.#seeds.ofBytes(seed);
  }

  wrap(key: Uint8Array): Uint8Array {
    const nonce = randomPiece(XAES_NONCE_LENGTH);
    return Buffer.concat([this.id, nonce, this.#wrap.encrypt(nonce, key, WRAP_DOMAIN)]);
  }

  unwrap(wrapped: Uint8Array): Uint8Array {
    if (wrapped.length === SEEDED_LENGTH) return this.keyOf(wrapped.subarray(ID_LENGTH));
    const body = ID_LENGTH + XAES_NONCE_LENGTH;
    return this.#wrap.decrypt(wrapped.subarray(ID_LENGTH, body), wrapped.subarray(body), WRAP_DOMAIN);
  }

  keyedHash(label: string, text: string): Uint8Array {
    let key = this.#labels.get(label);
    if (key === undefined) {
      if (this.#labels.size >= MOST_LABELS)
        throw new KeyError('malformed', 'too many labels of keyed hashes');
      key = new HmacSha256(derive(this.#key, `hash/${label}`, KEY_LENGTH));
      this.#labels.set(label, key);
    }
    return key.ofText(text);
  }
}

function hasKeyLength({ length }: Uint8Array): boolean {
  return length === SEEDED_LENGTH || length === WRAPPED_LENGTH;
}

function idOf(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, ID_LENGTH).readUInt32BE(0);
}

/** A vault over the keys of a zone, newest first: the first one seals, all of them open. */
export function createFactsVault(keys: readonly Uint8Array[]): FactsVault {
  const zoneKeys = keys.map((key) => new ZoneKey(key));
  const [newest] = zoneKeys;
  if (newest === undefined) throw new KeyError('malformed', 'a vault needs a key');
  const byId = new Map(zoneKeys.map((key) => [idOf(key.id), key]));
  if (byId.size !== zoneKeys.length) throw new KeyError('keys-not-distinct', 'the facts keys must differ');

  const unwrap = (wrapped: Uint8Array): Uint8Array => {
    if (!hasKeyLength(wrapped)) {
      throw new KeyError('sealed-malformed', `a wrapped key has ${SEEDED_LENGTH} or ${WRAPPED_LENGTH} bytes`);
    }
    const key = byId.get(idOf(wrapped));
    if (key === undefined)
      throw new KeyError('sealed-unknown-key', 'wrapped under a key that this zone does not have');
    return key.unwrap(wrapped);
  };

  return {
    seal(plain) {
      const seed = randomPiece(SEED_LENGTH);
      const key = newest.keyOf(seed);
      const ciphertext = encryptGcm(key, ZERO_NONCE, plain, FACTS_DOMAIN);
      key.fill(0);
      return { ciphertext, wrappedKey: Buffer.concat([newest.id, seed]) };
    },
    open(sealed) {
      const key = unwrap(sealed.wrappedKey);
      const plain = decryptGcm(key, ZERO_NONCE, sealed.ciphertext, FACTS_DOMAIN);
      key.fill(0);
      return plain;
    },
    lacksKeyOf: (wrappedKey) => hasKeyLength(wrappedKey) && !byId.has(idOf(wrappedKey)),
    rewrap(wrappedKey) {
      const key = unwrap(wrappedKey);
      if (idOf(wrappedKey) === idOf(newest.id)) return wrappedKey;
      const rewrapped = newest.wrap(key);
      key.fill(0);
      return rewrapped;
    },
    keyedHash: (label, text) => newest.keyedHash(label, text),
    keyedHashes: (label, text) => zoneKeys.map((key) => key.keyedHash(label, text)),
  };
}

/** Reads a facts key file: one key per line, base64url of 32 bytes, newest first. */
export function loadFactsVault(path: string): FactsVault {
  const lines = readSecretFile(path).replace(/\n$/, '').split('\n');
  const keys = lines.map((line) => {
    const key = Buffer.from(line, 'base64url');
    if (key.length !== KEY_LENGTH || key.toString('base64url') !== line) {
      throw new KeyError('malformed', `${path} must hold lines of 43 base64url characters (32 bytes each)`);
    }
    return key;
  });
  return createFactsVault(keys);
}
