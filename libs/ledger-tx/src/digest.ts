import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 as portableSha256 } from '@noble/hashes/sha2.js';
import { reversed, toHex } from './bytes.js';
import { LedgerTxError } from './error.js';

/** SHA-256 as the caller has it; the functions of this library take a portable one where none is given. */
export type Sha256 = (data: Uint8Array) => Uint8Array;

/** SHA-256 in JavaScript, for callers that bring none. */
export const defaultSha256: Sha256 = portableSha256;

/** SHA-256 applied twice: transactions, blocks, address checksums. */
export function doubleSha256(data: Uint8Array, sha256: Sha256): Uint8Array {
  return sha256(sha256(data));
}

/** RIPEMD-160 of SHA-256 of a compressed public key: the 20 bytes that stand for its holder on the ledger. */
export function hash160(publicKey: Uint8Array, sha256: Sha256 = defaultSha256): Uint8Array {
  if (!isCompressedPublicKey(publicKey)) {
    throw new LedgerTxError('public-key', 'a public key has 33 bytes and starts with 02 or 03');
  }
  return ripemd160(sha256(publicKey));
}

/** True for 33 bytes that start with 02 or 03. Says nothing about the point being on the curve. */
export function isCompressedPublicKey(bytes: Uint8Array): boolean {
  return bytes.length === 33 && (bytes[0] === 2 || bytes[0] === 3);
}

/** A hash as the ledger shows it: reversed, in hexadecimal. */
export function displayHash(hash: Uint8Array): string {
  return toHex(reversed(hash));
}
