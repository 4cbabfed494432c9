import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { LedgerTxError } from './error.js';

/** Joins byte strings into a new one. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...parts);
}

/** True if both hold the same bytes. Public data only: it does not run in constant time. */
export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A reversed copy: the ledger shows hashes back to front. */
export function reversed(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes).reverse();
}

/** Lowercase hexadecimal text of the bytes. */
export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}

/** Parses hexadecimal text: lowercase, even, nothing else. */
export function parseHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new LedgerTxError('hex', 'not lowercase hexadecimal bytes');
  return hexToBytes(text);
}

/** The bytes of ASCII text, for the constants of the formats. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
