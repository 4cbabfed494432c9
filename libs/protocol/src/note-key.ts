import {
  concatBytes,
  decodeBase64,
  decodeHex,
  encodeBase64,
  encodeHex,
  readU32be,
  u32be,
  utf8Encode,
} from './bytes.js';
import { ProtocolError } from './error.js';
import type { Sha256 } from './primitives.js';
import { isKeyName } from './signed-note.js';

/**
 * The kinds of signature that our checkpoints carry (https://c2sp.org/signed-note, "Signature types"):
 * `ed25519-log` (0x01) signs as the log, `ed25519-cosignature` (0x04) is a cosignature/v1, `ml-dsa-44` (0x06) a
 * subtree/v1, used by logs and witnesses alike.
 */
export type NoteKeyType = 'ed25519-log' | 'ed25519-cosignature' | 'ml-dsa-44';

/** A public key under the name by which it signs notes. One key under two names is two note keys. */
export interface NoteKey {
  readonly type: NoteKeyType;
  readonly name: string;
  /** Raw: 32 bytes (Ed25519) or 1312 (ML-DSA-44). */
  readonly publicKey: Uint8Array;
  /** The first four bytes of SHA-256 over name, type and key: finds a signature line, proves nothing. */
  readonly keyId: number;
}

const TYPE_BYTES: Readonly<Record<NoteKeyType, number>> = {
  'ed25519-log': 0x01,
  'ed25519-cosignature': 0x04,
  'ml-dsa-44': 0x06,
};
const KEY_LENGTHS: Readonly<Record<NoteKeyType, number>> = {
  'ed25519-log': 32,
  'ed25519-cosignature': 32,
  'ml-dsa-44': 1312,
};

/** The note key of a public key under a name. Throws `verifier-key`. */
export function noteKey(type: NoteKeyType, name: string, publicKey: Uint8Array, sha256: Sha256): NoteKey {
  if (!isKeyName(name)) throw refusal('not a key name');
  // Messages of cosignatures hold names behind one byte of length.
  if (utf8Encode(name).length > 255) throw refusal('a key name has at most 255 bytes');
  if (publicKey.length !== KEY_LENGTHS[type]) throw refusal('the public key has the wrong length');
  const preimage = concatBytes(utf8Encode(name), Uint8Array.of(0x0a, TYPE_BYTES[type]), publicKey);
  return { type, name, publicKey, keyId: readU32be(sha256(preimage), 0) };
}

/** The verifier key text ("vkey"): `<name>+<key id in hex>+<base64 of type and key>`. */
export function encodeVerifierKey({ type, name, publicKey, keyId }: NoteKey): string {
  const encoded = encodeBase64(concatBytes(Uint8Array.of(TYPE_BYTES[type]), publicKey));
  return `${name}+${encodeHex(u32be(keyId))}+${encoded}`;
}

/** Parses a verifier key text; the key id in it must be the one of name and key. Throws `verifier-key`. */
export function parseVerifierKey(text: string, sha256: Sha256): NoteKey {
  // The name has no plus, the base64 may have some.
  const [name, id] = text.split('+', 2);
  if (name === undefined || id === undefined) throw refusal('a verifier key has three parts');
  try {
    const bytes = decodeBase64(text.slice(name.length + id.length + 2));
    const type = noteKeyTypes().find((candidate) => TYPE_BYTES[candidate] === bytes[0]);
    if (type === undefined) throw refusal('the verifier key is of an unknown type');
    const key = noteKey(type, name, bytes.subarray(1), sha256);
    if (readU32be(decodeHex(id), 0) !== key.keyId || id.length !== 8)
      throw refusal('the key id does not belong to the key');
    return key;
  } catch (cause) {
    if (cause instanceof ProtocolError && cause.code === 'verifier-key') throw cause;
    throw new ProtocolError('verifier-key', 'the verifier key is not encoded as it should be', { cause });
  }
}

function noteKeyTypes(): readonly NoteKeyType[] {
  return ['ed25519-log', 'ed25519-cosignature', 'ml-dsa-44'];
}

function refusal(message: string): ProtocolError {
  return new ProtocolError('verifier-key', message);
}
