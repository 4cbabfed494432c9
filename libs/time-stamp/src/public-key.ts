import { p256, p384 } from '@noble/curves/nist.js';
import { bytesToNumberBE } from '@noble/curves/utils.js';
import { isNull, partsOf } from './algorithm.js';
import { bitStringBytes, DerReader, type Element, oidOf, TAG, unsignedBytes, wholeElement } from './der.js';
import { TimeStampError } from './error.js';
import { OID } from './oid.js';

/** An RSA key; `length` is that of its modulus in bytes. */
export interface RsaKey {
  readonly kind: 'rsa';
  readonly modulus: bigint;
  readonly exponent: bigint;
  readonly length: number;
}

/** A key on P-256 or P-384. */
export interface EcKey {
  readonly kind: 'ec';
  readonly curve: typeof p256;
  readonly point: Uint8Array;
}

export type PublicKey = RsaKey | EcKey;

const SHORTEST_MODULUS = 2048;
const LONGEST_MODULUS = 4096;
const LEAST_EXPONENT = 65_537n;
const EXPONENT_LIMIT = 1n << 32n;
const CURVES: Readonly<Record<string, typeof p256>> = { [OID.p256]: p256, [OID.p384]: p384 };

/** The key of a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). */
export function readPublicKey(info: Element): PublicKey {
  const reader = new DerReader(info.content, 'a public key');
  const algorithm = partsOf(reader.next(TAG.sequence));
  const bits = bitStringBytes(reader.next(TAG.bitString));
  reader.end();
  if (algorithm.oid === OID.rsa && isNull(algorithm.parameters)) return readRsaKey(bits);
  if (algorithm.oid === OID.ecKey && algorithm.parameters?.tag === TAG.oid) {
    const curve = CURVES[oidOf(algorithm.parameters)];
    if (curve !== undefined) return readEcKey(curve, bits);
  }
  throw new TimeStampError('algorithm', 'a key that is neither RSA nor on P-256 or P-384');
}

/** RFC 8017 appendix A.1.1. The bounds keep weak keys out, and verification short. */
function readRsaKey(bits: Uint8Array): RsaKey {
  const reader = new DerReader(wholeElement(bits, TAG.sequence, 'an RSA key').content, 'an RSA key');
  const modulusBytes = unsignedBytes(reader.next(TAG.integer));
  const exponentBytes = unsignedBytes(reader.next(TAG.integer));
  reader.end();
  const modulusBits = modulusBytes.length * 8 - Math.clz32(modulusBytes[0]!) + 24;
  if (modulusBits < SHORTEST_MODULUS || modulusBits > LONGEST_MODULUS || modulusBytes.at(-1)! % 2 === 0)
    throw new TimeStampError('algorithm', 'an RSA modulus that is not odd and of 2048 to 4096 bits');
  const exponent = exponentBytes.length > 4 ? EXPONENT_LIMIT : bytesToNumberBE(exponentBytes);
  if (exponent < LEAST_EXPONENT || exponent >= EXPONENT_LIMIT || exponent % 2n === 0n)
    throw new TimeStampError('algorithm', 'an RSA exponent that is not odd and of 17 to 32 bits');
  return { kind: 'rsa', modulus: bytesToNumberBE(modulusBytes), exponent, length: modulusBytes.length };
}

/** An uncompressed point (RFC 5480 section 2.2); whether it is on the curve shows when it verifies. */
function readEcKey(curve: typeof p256, point: Uint8Array): EcKey {
  if (point[0] !== 0x04 || point.length !== 1 + 2 * curve.Point.Fp.BYTES)
    throw new TimeStampError('algorithm', 'a key that is not an uncompressed point');
  return { kind: 'ec', curve, point };
}
