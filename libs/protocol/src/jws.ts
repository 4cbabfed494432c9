import { decodeBase64url, encodeBase64url } from './bytes.js';
import { ProtocolError, type ProtocolErrorCode } from './error.js';
import { decodeText, encodeText } from './text-bytes.js';

/** The three parts of a compact JWS (RFC 7515 section 7.1), still encoded, and what was signed. */
export interface CompactJws {
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
  /** `header.payload`: the bytes under the signature, as received. */
  readonly signingInput: string;
}

/** The order n of P-256, and its half: an s above it has a twin below it. Big endian. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ORDER_BYTES = bytesOf(ORDER);
const HALF_BYTES = bytesOf(ORDER >> 1n);

/** Takes a compact JWS apart. Throws `code` unless it has exactly three parts and at most `maxLength` characters. */
export function splitCompactJws(jws: string, maxLength: number, code: ProtocolErrorCode): CompactJws {
  if (jws.length > maxLength) throw new ProtocolError(code, `longer than ${maxLength.toString()} characters`);
  const first = jws.indexOf('.');
  const second = jws.indexOf('.', first + 1);
  if (first < 1 || second < first + 2 || second === jws.length - 1 || jws.includes('.', second + 1)) {
    throw new ProtocolError(code, 'not a compact JWS of three parts');
  }
  return {
    header: jws.slice(0, first),
    payload: jws.slice(first + 1, second),
    signature: jws.slice(second + 1),
    signingInput: jws.slice(0, second),
  };
}

/** base64url of the UTF-8 of a JSON text: a header or payload of a JWS. */
export function encodeJson(json: string): string {
  return encodeText(json);
}

/** The JSON text behind a header or payload and its value. Throws `code` when it is none. */
export function decodeJson(encoded: string, code: ProtocolErrorCode): { text: string; value: unknown } {
  try {
    const text = decodeText(encoded);
    return { text, value: JSON.parse(text) as unknown };
  } catch (cause) {
    throw new ProtocolError(code, 'not the base64url of a JSON text', { cause });
  }
}

/**
 * The 64 bytes r||s of an ES256 signature (RFC 7518 section 3.4). Throws `code` unless 0 < r < n and 0 < s <= n/2:
 * of the two signatures (r, s) and (r, n - s) only the low one passes, so nobody can make a second from the first.
 */
export function decodeEs256(encoded: string, code: ProtocolErrorCode): Uint8Array {
  let signature: Uint8Array;
  try {
    signature = decodeBase64url(encoded);
  } catch (cause) {
    throw new ProtocolError(code, 'the signature is not base64url', { cause });
  }
  if (signature.length !== 64) throw new ProtocolError(code, 'the signature is not 64 bytes');
  if (isZero(signature, 0) || isZero(signature, 32))
    throw new ProtocolError(code, 'the signature has a zero in it');
  if (compare(signature, 0, ORDER_BYTES) >= 0)
    throw new ProtocolError(code, 'the r of the signature is out of range');
  if (compare(signature, 32, HALF_BYTES) > 0)
    throw new ProtocolError(code, 'the s of the signature is not low');
  return signature;
}

/**
 * A compact JWS of what was signed and its ES256 signature r||s. A high s is replaced by n - s: signers give
 * either, verifiers take only the low one.
 */
export function attachSignature(signingInput: string, signature: Uint8Array): string {
  if (signature.length !== 64)
    throw new ProtocolError('statement-signature', 'the signature is not 64 bytes');
  const isIn = (from: number) => !isZero(signature, from) && compare(signature, from, ORDER_BYTES) < 0;
  if (!isIn(0) || !isIn(32)) {
    throw new ProtocolError('statement-signature', 'the signature is out of range');
  }
  return `${signingInput}.${encodeBase64url(lowS(signature))}`;
}

function lowS(signature: Uint8Array): Uint8Array {
  if (compare(signature, 32, HALF_BYTES) <= 0) return signature;
  const low = signature.slice();
  let borrow = 0;
  for (let i = 31; i >= 0; i--) {
    const difference = ORDER_BYTES[i]! - signature[32 + i]! - borrow;
    borrow = difference < 0 ? 1 : 0;
    low[32 + i] = difference + 256 * borrow;
  }
  return low;
}

function compare(bytes: Uint8Array, from: number, other: Uint8Array): number {
  for (let i = 0; i < 32; i++) {
    const difference = bytes[from + i]! - other[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

function isZero(bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < 32; i++) if (bytes[from + i] !== 0) return false;
  return true;
}

function bytesOf(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * (31 - i))) & 255n));
}
