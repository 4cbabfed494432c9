import { ProtocolError } from './error.js';

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
  /** Two characters for every 12 bits. */
  readonly pairs: readonly string[];
  readonly characters: readonly string[];
  /** Value of each ASCII character, -1 where it has none. */
  readonly values: Int8Array;
}

function alphabet(text: string): Alphabet {
  const characters = text.split('');
  const values = new Int8Array(128).fill(-1);
  characters.forEach((character, value) => (values[character.charCodeAt(0)] = value));
  return { pairs: characters.flatMap((a) => characters.map((b) => a + b)), characters, values };
}

function encode(bytes: Uint8Array, { pairs, characters }: Alphabet): string {
  const whole = bytes.length - (bytes.length % 3);
  let out = '';
  for (let i = 0; i < whole; i += 3) {
    const middle = bytes[i + 1]!;
    out += pairs[(bytes[i]! << 4) | (middle >> 4)]! + pairs[((middle & 15) << 8) | bytes[i + 2]!]!;
  }
  const rest = bytes.length - whole;
  if (rest === 1) out += pairs[bytes[whole]! << 4]!;
  else if (rest === 2) {
    const last = bytes[whole + 1]!;
    out += pairs[(bytes[whole]! << 4) | (last >> 4)]! + characters[(last & 15) << 2]!;
  }
  return out;
}

function decodedLength(length: number): number {
  return Math.floor((length * 3) / 4);
}

function decode(text: string, length: number, { values }: Alphabet, out: Uint8Array): Uint8Array {
  const rest = length % 4;
  if (rest === 1) throw new ProtocolError('encoding', 'the base64 text has an impossible length');
  const whole = length - rest;
  let at = 0;
  let bad = 0; // gathers the sign bit of -1 and characters above ASCII: one test at the end
  const value = (i: number): number => {
    const code = text.charCodeAt(i);
    bad |= 127 - code;
    return values[code & 127]!;
  };
  for (let i = 0; i < whole; i += 4) {
    const bits = (value(i) << 18) | (value(i + 1) << 12) | (value(i + 2) << 6) | value(i + 3);
    bad |= bits;
    out[at++] = bits >> 16;
    out[at++] = bits >> 8;
    out[at++] = bits;
  }
  if (rest !== 0) {
    const bits = (value(whole) << 18) | (value(whole + 1) << 12) | (rest === 3 ? value(whole + 2) << 6 : 0);
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
