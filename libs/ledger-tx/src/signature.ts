import { concat } from './bytes.js';
import { LedgerTxError } from './error.js';

/** Half of the order of secp256k1: an `s` above it has a twin below that is the one to use. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** SIGHASH_ALL: the signature is over the whole transaction. */
export const SIGHASH_ALL = 1;

/** DER of a compact signature (`r` and `s`, 32 bytes each). Throws where `s` is not the lower one. */
export function encodeSignature(compact: Uint8Array): Uint8Array {
  if (compact.length !== 64) throw new LedgerTxError('signature', 'a compact signature has 64 bytes');
  const r = compact.subarray(0, 32);
  const s = compact.subarray(32);
  assertInRange(r, ORDER - 1n);
  assertInRange(s, HALF_ORDER);
  const body = concat(encodeInteger(r), encodeInteger(s));
  return concat(Uint8Array.of(0x30, body.length), body);
}

/** The compact form of a DER signature; throws for every other encoding of the same numbers and for a high `s`. */
export function parseSignature(der: Uint8Array): Uint8Array {
  if (der.length < 8 || der[0] !== 0x30 || der[1] !== der.length - 2) throw malformed();
  const r = readInteger(der, 2);
  const s = readInteger(der, r.end);
  if (s.end !== der.length) throw malformed();
  const compact = concat(r.value, s.value);
  assertInRange(r.value, ORDER - 1n);
  assertInRange(s.value, HALF_ORDER);
  return compact;
}

function encodeInteger(value: Uint8Array): Uint8Array {
  let from = 0;
  while (from < value.length - 1 && value[from] === 0) from++;
  const digits = value.subarray(from);
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return Uint8Array.of(0x02, sign.length + digits.length, ...sign, ...digits);
}

function readInteger(der: Uint8Array, at: number): { value: Uint8Array; end: number } {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  const digits = der.subarray(at + 2, end);
  if (der[at] !== 0x02 || length === 0 || length > 33 || digits.length !== length) throw malformed();
  const first = digits[0] ?? 0;
  if (first >= 0x80) throw malformed();
  if (first === 0 && (length === 1 || (digits[1] ?? 0) < 0x80)) throw malformed();
  const significant = first === 0 ? digits.subarray(1) : digits;
  if (significant.length > 32) throw malformed();
  const value = new Uint8Array(32);
  value.set(significant, 32 - significant.length);
  return { value, end };
}

function assertInRange(number: Uint8Array, largest: bigint): void {
  const value = number.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  if (value === 0n || value > largest) throw new LedgerTxError('signature', 'a number out of its range');
}

function malformed(): LedgerTxError {
  return new LedgerTxError('signature', 'not a DER signature');
}
