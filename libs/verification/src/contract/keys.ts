import { concatBytes, type NoteKey, type NoteKeyType, noteKey, utf8Encode } from '@besure/protocol';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';

// Deterministic keys for tests and vectors: everyone can compute them, so they are good for nothing else.

/** 32 bytes that follow from a name. */
export function seedOf(name: string): Uint8Array {
  return sha256(utf8Encode(`besure test key: ${name}`));
}

/** Bytes without end that follow from a name: takes the place of a random source. */
export function testRandom(name: string): (length: number) => Uint8Array {
  let count = 0;
  return (length) => {
    const blocks: Uint8Array[] = [];
    for (let have = 0; have < length; have += 32) blocks.push(sha256(utf8Encode(`${name} ${count++}`)));
    return concatBytes(...blocks).slice(0, length);
  };
}

/** A P-256 key with a certificate that holds it. */
export interface SealKey {
  readonly publicKey: Uint8Array;
  readonly certificate: Uint8Array;
  /** r||s, low s. */
  readonly sign: (message: Uint8Array) => Uint8Array;
}

export function sealKey(name: string): SealKey {
  const secret = seedOf(`seal of ${name}`);
  const publicKey = p256.getPublicKey(secret, false);
  const sign = (message: Uint8Array): Uint8Array => p256.sign(message, secret, { lowS: true });
  return { publicKey, certificate: certificateOf(name, publicKey, sign), sign };
}

/** A key that signs notes under a name. */
export interface NoteSigner {
  readonly key: NoteKey;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

export function noteSigner(type: NoteKeyType, name: string, owner: string): NoteSigner {
  const seed = seedOf(`${type} of ${owner} as ${name}`);
  if (type === 'ml-dsa-44') {
    const { publicKey, secretKey } = ml_dsa44.keygen(seed);
    return {
      key: noteKey(type, name, publicKey, sha256),
      sign: (message) => ml_dsa44.sign(message, secretKey, { extraEntropy: false }),
    };
  }
  const key = noteKey(type, name, ed25519.getPublicKey(seed), sha256);
  return { key, sign: (message) => ed25519.sign(message, seed) };
}

/** A self-signed X.509 certificate of an organisation, as small as one can be. */
function certificateOf(
  name: string,
  publicKey: Uint8Array,
  sign: (message: Uint8Array) => Uint8Array,
): Uint8Array {
  const ecdsaWithSha256 = der(0x30, der(0x06, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)));
  const commonName = der(
    0x30,
    der(0x06, Uint8Array.of(0x55, 0x04, 0x03)),
    der(0x0c, utf8Encode(`${name} (test)`)),
  );
  const subject = der(0x30, der(0x31, commonName));
  const validity = der(0x30, der(0x17, utf8Encode('260101000000Z')), der(0x17, utf8Encode('360101000000Z')));
  const curve = der(
    0x30,
    der(0x06, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01)),
    der(0x06, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07)),
  );
  const keyInfo = der(0x30, curve, der(0x03, Uint8Array.of(0), publicKey));
  const serial = der(0x02, Uint8Array.of(0x01));
  const body = der(0x30, serial, ecdsaWithSha256, subject, validity, subject, keyInfo);
  const signature = sign(body);
  const pair = der(0x30, derInteger(signature.subarray(0, 32)), derInteger(signature.subarray(32)));
  return der(0x30, body, ecdsaWithSha256, der(0x03, Uint8Array.of(0), pair));
}

function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...contents);
  const length =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x100
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 255];
  return concatBytes(Uint8Array.of(tag, ...length), content);
}

function derInteger(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const short = bytes.subarray(start);
  return der(0x02, (short[0] ?? 0) >= 0x80 ? concatBytes(Uint8Array.of(0), short) : short);
}
