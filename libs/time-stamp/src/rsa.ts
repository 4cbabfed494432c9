import { concatBytes, equalBytes, u32be } from '@besure/protocol';
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { digestLength, digestOf, type HashName } from './algorithm.js';
import { der, derOid, TAG } from './der.js';
import { OID } from './oid.js';
import type { RsaKey } from './public-key.js';

/** RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.2): the encoded message is made anew and compared as a whole. */
export function verifyPkcs1(
  key: RsaKey,
  hash: HashName,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const encoded = openSignature(key, signature);
  if (encoded === undefined) return false;
  const algorithm = der(TAG.sequence, derOid(OID[hash]), Uint8Array.of(TAG.null, 0));
  const digestInfo = der(TAG.sequence, algorithm, der(TAG.octetString, digestOf(hash, message)));
  const padding = new Uint8Array(key.length - 3 - digestInfo.length).fill(0xff);
  return equalBytes(encoded, concatBytes(Uint8Array.of(0, 1), padding, Uint8Array.of(0), digestInfo));
}

/** RSASSA-PSS (RFC 8017 sections 8.1.2 and 9.1.2) with MGF1 and a salt as long as the digest, both of the same hash. */
export function verifyPss(key: RsaKey, hash: HashName, message: Uint8Array, signature: Uint8Array): boolean {
  const opened = openSignature(key, signature);
  if (opened === undefined) return false;
  const bits = key.modulus.toString(2).length - 1;
  const length = Math.ceil(bits / 8);
  // The encoded message has one bit less than the modulus, which may be one byte less.
  if (opened.subarray(0, key.length - length).some((byte) => byte !== 0)) return false;
  const encoded = opened.subarray(key.length - length);
  const digest = digestLength(hash);
  const blockLength = length - digest - 1;
  const hashed = encoded.subarray(blockLength, blockLength + digest);
  const surplus = 8 * length - bits;
  if (encoded.at(-1) !== 0xbc || encoded[0]! >> (8 - surplus) !== 0) return false;
  const mask = mgf1(hash, hashed, blockLength);
  const block = encoded.subarray(0, blockLength).map((byte, i) => byte ^ mask[i]!);
  block[0]! &= 0xff >> surplus;
  const saltAt = blockLength - digest;
  if (block.subarray(0, saltAt - 1).some((byte) => byte !== 0) || block[saltAt - 1] !== 1) return false;
  const salted = concatBytes(new Uint8Array(8), digestOf(hash, message), block.subarray(saltAt));
  return equalBytes(hashed, digestOf(hash, salted));
}

/** The encoded message of a signature (RSAVP1); `undefined` if it is not a number below the modulus, in its length. */
function openSignature(key: RsaKey, signature: Uint8Array): Uint8Array | undefined {
  if (signature.length !== key.length) return undefined;
  const number = bytesToNumberBE(signature);
  if (number >= key.modulus) return undefined;
  return numberToBytesBE(power(number, key.exponent, key.modulus), key.length);
}

/** Nothing here is secret: it may take as long as it takes. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

/** RFC 8017 appendix B.2.1. */
function mgf1(hash: HashName, seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let i = 0; i * digestLength(hash) < length; i++)
    blocks.push(digestOf(hash, concatBytes(seed, u32be(i))));
  return concatBytes(...blocks).subarray(0, length);
}
