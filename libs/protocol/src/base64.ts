import { ProtocolError } from './error.js';

// Two of the globals that browsers and Node share and that ECMAScript itself does not name.
declare const TextEncoder: new () => {
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
};
declare const TextDecoder: new () => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const COMMON = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const STANDARD = alphabet(`${COMMON}+/`);
const URL_SAFE = alphabet(`${COMMON}-_`);

/** base64url without padding (RFC 4648 section 5, RFC 7515 section 2). */
export function encodeBase64url(bytes: Uint8Array): string {
  return encode(bytes, URL_SAFE);
}

/** base64 with padding (RFC 4648 section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  const text = encode(bytes, STANDARD);
  return text + '='.repeat((4 - (text.length % 4)) % 4);
}

/**
 * The bytes of base64url. Strict: no padding, no white space, no other alphabet, and the unused bits of the last
 * character are zero, so exactly one text stands for given bytes.
 */
export function decodeBase64url(text: string): Uint8Array {
  return decode(text, text.length, URL_SAFE, new Uint8Array(decodedLength(text.length)));
}

/** The same, into an array that is long enough; gives the part of it that was written. */
export function decodeBase64urlInto(text: string, target: Uint8Array): Uint8Array {
  return decode(text, text.length, URL_SAFE, target.subarray(0, decodedLength(text.length)));
}

/** The bytes of base64. Strict as {@link decodeBase64url}, with exactly the padding that is due. */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new ProtocolError('encoding', 'the base64 text has no full last group');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const length = text.length - padding;
  return decode(text, length, STANDARD, new Uint8Array(decodedLength(length)));
}

interface Alphabet {
  /** The ASCII code of each value. */
  readonly codes: Uint8Array;
  /** The value of each byte, -1 where it has none. */
  readonly values: Int8Array;
}

function alphabet(text: string): Alphabet {
  const codes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const values = new Int8Array(256).fill(-1);
  codes.forEach((code, value) => (values[code] = value));
  return { codes, values };
}

// Texts are built and read as bytes: a text that is put together from pieces costs four times as much. Nothing of it is kept beyond a call.
const shared = new Uint8Array(49_152);

function asciiBytes(length: number): Uint8Array {
  return length > shared.length ? new Uint8Array(length) : shared;
}

function encode(bytes: Uint8Array, { codes }: Alphabet): string {
  const out = asciiBytes(Math.ceil((bytes.length * 4) / 3));
  const rest = bytes.length % 3;
  const whole = bytes.length - rest;
  let at = 0;
  for (let i = 0; i < whole; i += 3) {
    const bits = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    out[at++] = codes[bits >> 18]!;
    out[at++] = codes[(bits >> 12) & 63]!;
    out[at++] = codes[(bits >> 6) & 63]!;
    out[at++] = codes[bits & 63]!;
  }
  if (rest !== 0) {
    const bits = (bytes[whole]! << 16) | (rest === 2 ? bytes[whole + 1]! << 8 : 0);
    out[at++] = codes[bits >> 18]!;
    out[at++] = codes[(bits >> 12) & 63]!;
    if (rest === 2) out[at++] = codes[(bits >> 6) & 63]!;
  }
  return decoder.decode(out.subarray(0, at));
}

function decodedLength(length: number): number {
  return Math.floor((length * 3) / 4);
}

function decode(text: string, length: number, { values }: Alphabet, out: Uint8Array): Uint8Array {
  const rest = length % 4;
  if (rest === 1) throw new ProtocolError('encoding', 'the base64 text has an impossible length');
  const codes = asciiBytes(text.length);
  const { read, written } = encoder.encodeInto(text, codes);
  // Where a character is beyond ASCII, there are more bytes than characters.
  let bad = read === text.length && written === read ? 0 : -1;
  const whole = length - rest;
  let at = 0;
  for (let i = 0; i < whole; i += 4) {
    const bits =
      (values[codes[i]!]! << 18) |
      (values[codes[i + 1]!]! << 12) |
      (values[codes[i + 2]!]! << 6) |
      values[codes[i + 3]!]!;
    bad |= bits; // gathers the sign bit of -1: one test at the end
    out[at++] = bits >> 16;
    out[at++] = bits >> 8;
    out[at++] = bits;
  }
  if (rest !== 0) {
    const third = rest === 3 ? values[codes[whole + 2]!]! << 6 : 0;
    const bits = (values[codes[whole]!]! << 18) | (values[codes[whole + 1]!]! << 12) | third;
    bad |= bits;
    out[at++] = bits >> 16;
    if (rest === 3) out[at++] = bits >> 8;
    if ((bits & (rest === 3 ? 0xff : 0xffff)) !== 0) {
      throw new ProtocolError('encoding', 'the base64 text ends in bits that stand for nothing');
    }
  }
  if (bad < 0) throw new ProtocolError('encoding', 'the base64 text has a character outside its alphabet');
  return out;
}
