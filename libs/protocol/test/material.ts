// Keys, certificates and bytes for tests: made from their names, so that everybody can make them again.
// Nothing here may ever protect anything.
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** A P-256 key pair that everybody knows. */
export interface TestKey {
  readonly name: string;
  /** Uncompressed point, 65 bytes. */
  readonly publicKey: Uint8Array;
  /** ES256 as r||s, 64 bytes, low s, deterministic (RFC 6979). */
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** The test key of that name. */
export function testKey(name: string): TestKey {
  const secret = sha256(utf8ToBytes(`besure test key ${name}: never use it`));
  return {
    name,
    publicKey: p256.getPublicKey(secret, false),
    sign: (message) => p256.sign(message, secret, { lowS: true }),
  };
}

/** Bytes that look random and follow from a name: SHA-256 in counter mode. */
export function testBytes(name: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    sha256(utf8ToBytes(`${name} ${i}`)),
  );
  return concatBytes(...blocks).slice(0, length);
}

/** A source of such bytes that goes on where it stopped. */
export function testRandom(name: string): (length: number) => Uint8Array {
  let calls = 0;
  return (length) => testBytes(`${name} call ${calls++}`, length);
}

/** The ten salts of a test statement. */
export function testSalts(name: string): Uint8Array[] {
  return Array.from({ length: 10 }, (_, i) => testBytes(`${name} salt ${i}`, 16));
}

/** Verifies with another implementation than the one under test: noble's P-256. */
export function verifyP256(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return p256.verify(signature, message, publicKey, { lowS: false });
  } catch {
    return false;
  }
}

/** A self-signed certificate of a test key (RFC 5280), as small as a parser takes it. */
export function testCertificate(key: TestKey): Uint8Array {
  return certificateOf(key, keyInfo(key.publicKey));
}

/** The same with another SubjectPublicKeyInfo. */
export function certificateOf(key: TestKey, subjectPublicKeyInfo: Uint8Array): Uint8Array {
  const algorithm = der(0x30, hexToBytes('06082a8648ce3d040302')); // ecdsa-with-SHA256
  const name = der(
    0x30,
    der(0x31, der(0x30, hexToBytes('0603550403'), der(0x0c, utf8ToBytes(`test ${key.name}`)))),
  );
  const validity = der(
    0x30,
    der(0x17, utf8ToBytes('260101000000Z')),
    der(0x17, utf8ToBytes('360101000000Z')),
  );
  const version = der(0xa0, der(0x02, Uint8Array.of(2)));
  const serial = der(0x02, Uint8Array.of(1));
  const body = der(0x30, version, serial, algorithm, name, validity, name, subjectPublicKeyInfo);
  const signature = p256.Signature.fromBytes(key.sign(body)).toBytes('der');
  return der(0x30, body, algorithm, der(0x03, Uint8Array.of(0), signature));
}

/** SubjectPublicKeyInfo of a P-256 point (RFC 5480). */
export function keyInfo(point: Uint8Array): Uint8Array {
  return der(
    0x30,
    hexToBytes('301306072a8648ce3d020106082a8648ce3d030107'),
    der(0x03, Uint8Array.of(0), point),
  );
}

/** A DER element. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concatBytes(Uint8Array.of(tag, ...head), content);
}
