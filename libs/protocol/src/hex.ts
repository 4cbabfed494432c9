import { ProtocolError } from './error.js';

const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lowercase hexadecimal. */
export function encodeHex(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += BYTES[byte]!;
  return out;
}

/** The bytes of lowercase hexadecimal: an even number of characters from 0-9 and a-f. */
export function decodeHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) throw new ProtocolError('encoding', 'the hexadecimal text has an odd length');
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = (digit(text, 2 * i) << 4) | digit(text, 2 * i + 1);
  return out;
}

function digit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  throw new ProtocolError('encoding', 'the text has a character that is not lowercase hexadecimal');
}
