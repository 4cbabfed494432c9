import { concatBytes } from '@besure/protocol';
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { digestOf, type HashName } from './algorithm.js';
import { der, DerReader, derUnsigned, TAG, unsignedBytes, wholeElement } from './der.js';
import { malformed } from './error.js';
import type { EcKey } from './public-key.js';

interface Numbers {
  readonly r: bigint;
  readonly s: bigint;
}

/** ECDSA (FIPS 186-5 section 6.4.2) of a signature in DER; either s is taken, {@link lowSignature} says which is stored. */
export function verifyEcdsa(key: EcKey, hash: HashName, message: Uint8Array, signature: Uint8Array): boolean {
  const size = key.curve.Point.Fn.BYTES;
  try {
    const { r, s } = readNumbers(key, signature);
    const compact = concatBytes(numberToBytesBE(r, size), numberToBytesBE(s, size));
    return key.curve.verify(compact, digestOf(hash, message), key.point, { prehash: false, lowS: false });
  } catch {
    return false; // numbers out of range, or a key that is no point of the curve
  }
}

/** The same signature in its one form: with the lower of s and n - s, which both verify. */
export function lowSignature(key: EcKey, signature: Uint8Array): Uint8Array {
  const { r, s } = readNumbers(key, signature);
  const { ORDER, BYTES } = key.curve.Point.Fn;
  const low = s > ORDER / 2n ? ORDER - s : s;
  return der(TAG.sequence, derUnsigned(numberToBytesBE(r, BYTES)), derUnsigned(numberToBytesBE(low, BYTES)));
}

/** Ecdsa-Sig-Value (RFC 3279 section 2.2.3). */
function readNumbers(key: EcKey, signature: Uint8Array): Numbers {
  const what = 'an ECDSA signature';
  const reader = new DerReader(wholeElement(signature, TAG.sequence, what).content, what);
  const r = bytesToNumberBE(unsignedBytes(reader.next(TAG.integer)));
  const s = bytesToNumberBE(unsignedBytes(reader.next(TAG.integer)));
  reader.end();
  const { ORDER } = key.curve.Point.Fn;
  if (r === 0n || s === 0n || r >= ORDER || s >= ORDER) throw malformed(`${what} out of range`);
  return { r, s };
}
