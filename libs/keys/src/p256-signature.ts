import { KeyError } from './error.js';

/**
 * ECDSA P-256 signatures as 64 bytes r||s (JOSE) and as DER (OpenSSL). node:crypto can write r||s itself
 * (`dsaEncoding: 'ieee-p1363'`), but that costs 114 µs per signature where DER and this conversion cost about 45.
 */

const HALF_ORDER = Uint8Array.from(
  Buffer.from('7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8', 'hex'),
);
const ORDER = Uint8Array.from(
  Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex'),
);

function isHigh(s: Uint8Array): boolean {
  for (let i = 0; i < 32; i += 1) {
    const a = s[i] ?? 0;
    const b = HALF_ORDER[i] ?? 0;
    if (a !== b) return a > b;
  }
  return false;
}

/** Replaces s by n - s where s is above half the order: the one signature of the two that our formats accept. */
function lowerS(signature: Uint8Array): void {
  const s = signature.subarray(32);
  if (!isHigh(s)) return;
  let borrow = 0;
  for (let i = 31; i >= 0; i -= 1) {
    const difference = (ORDER[i] ?? 0) - (s[i] ?? 0) - borrow;
    borrow = difference < 0 ? 1 : 0;
    s[i] = difference + (borrow << 8);
  }
}

function readInteger(der: Uint8Array, offset: number, into: Uint8Array): number {
  const length = der[offset + 1] ?? 0;
  const end = offset + 2 + length;
  let start = offset + 2;
  if (der[offset] !== 0x02 || length === 0 || length > 33 || end > der.length) {
    throw new KeyError('malformed', 'not a DER signature');
  }
  if (length === 33) {
    if (der[start] !== 0) throw new KeyError('malformed', 'not a DER signature of P-256');
    start += 1;
  }
  into.set(der.subarray(start, end), into.length - (end - start));
  return end;
}

/** DER to r||s with low S. */
export function compactFromDer(der: Uint8Array): Uint8Array {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw new KeyError('malformed', 'not a DER signature');
  const signature = new Uint8Array(64);
  const middle = readInteger(der, 2, signature.subarray(0, 32));
  const end = readInteger(der, middle, signature.subarray(32));
  if (end !== der.length) throw new KeyError('malformed', 'not a DER signature');
  lowerS(signature);
  return signature;
}

function writeInteger(value: Uint8Array, out: Uint8Array, offset: number): number {
  let start = 0;
  while (start < 31 && value[start] === 0) start += 1;
  const pad = (value[start] ?? 0) > 0x7f ? 1 : 0;
  out[offset] = 0x02;
  out[offset + 1] = 32 - start + pad;
  out[offset + 2] = 0; // overwritten unless this is the padding byte
  out.set(value.subarray(start), offset + 2 + pad);
  return offset + 2 + pad + 32 - start;
}

/** r||s to DER, minimal integers; the caller has checked the length of 64. */
export function derFromCompact(signature: Uint8Array): Uint8Array {
  const out = new Uint8Array(72);
  out[0] = 0x30;
  const middle = writeInteger(signature.subarray(0, 32), out, 2);
  const end = writeInteger(signature.subarray(32, 64), out, middle);
  out[1] = end - 2;
  return out.subarray(0, end);
}
