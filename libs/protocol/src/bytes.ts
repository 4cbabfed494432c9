import { ProtocolError } from './error.js';

export { decodeBase64, decodeBase64url, encodeBase64, encodeBase64url } from './base64.js';
export { decodeHex, encodeHex } from './hex.js';

// The two globals that browsers and Node share and that ECMAScript itself does not name.
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array;
  encodeInto(text: string, target: Uint8Array): { written: number };
};
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
// ignoreBOM keeps a leading U+FEFF in the text: a byte that is dropped unseen would be malleable.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** All parts, one after the other, in a new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Whether both hold the same bytes. Not constant time: nothing that is compared here is secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** UTF-8 of a text. Throws on a lone surrogate, which has no UTF-8. */
export function utf8Encode(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new ProtocolError('encoding', 'the text has a lone surrogate');
  return encoder.encode(text);
}

/** The same, into an array with three bytes for each code unit; gives the part of it that was written. */
export function utf8EncodeInto(text: string, target: Uint8Array): Uint8Array {
  if (!text.isWellFormed()) throw new ProtocolError('encoding', 'the text has a lone surrogate');
  return target.subarray(0, encoder.encodeInto(text, target).written);
}

/** The text of some UTF-8. Throws on ill-formed UTF-8; a byte order mark stays in the text. */
export function utf8Decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new ProtocolError('encoding', 'the bytes are not UTF-8', { cause });
  }
}

/** Four bytes, big endian. Throws unless 0 <= n < 2^32. */
export function u32be(n: number): Uint8Array {
  if (!Number.isInteger(n) || n < 0 || n > 0xffffffff) {
    throw new ProtocolError('number', 'not an unsigned 32-bit integer');
  }
  return Uint8Array.of(n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);
}

/** Eight bytes, big endian. Throws unless n is an integer with 0 <= n <= 2^53 - 1. */
export function u64be(n: number): Uint8Array {
  if (!Number.isSafeInteger(n) || n < 0)
    throw new ProtocolError('number', 'not an unsigned integer below 2^53');
  return concatBytes(u32be(Math.floor(n / 0x1_0000_0000)), u32be(n % 0x1_0000_0000));
}

/** The unsigned 32-bit big-endian number at `offset`. Throws when the bytes end before it does. */
export function readU32be(bytes: Uint8Array, offset: number): number {
  if (offset + 4 > bytes.length) throw new ProtocolError('number', 'the bytes end within a 32-bit number');
  return (
    bytes[offset]! * 0x1_00_00_00 +
    ((bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!)
  );
}

/** The unsigned 64-bit big-endian number at `offset`. Throws when it is above 2^53 - 1. */
export function readU64be(bytes: Uint8Array, offset: number): number {
  const high = readU32be(bytes, offset);
  if (high > 0x1f_ffff) throw new ProtocolError('number', 'the 64-bit number is above 2^53 - 1');
  return high * 0x1_0000_0000 + readU32be(bytes, offset + 4);
}
