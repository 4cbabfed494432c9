import { LedgerTxError } from './error.js';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const VALUES = new Map(Array.from(ALPHABET, (character, value) => [character, value]));

/** Base58 text of the bytes; each leading zero byte becomes one `1`. */
export function encodeBase58(bytes: Uint8Array): string {
  const zeros = leading(bytes, (byte) => byte === 0);
  const digits: number[] = [];
  for (const byte of bytes.subarray(zeros)) {
    let carry = byte;
    for (let i = 0; i < digits.length; i++) {
      carry += (digits[i] ?? 0) << 8;
      digits[i] = carry % 58;
      carry = Math.floor(carry / 58);
    }
    for (; carry > 0; carry = Math.floor(carry / 58)) digits.push(carry % 58);
  }
  return (
    '1'.repeat(zeros) +
    digits
      .reverse()
      .map((digit) => ALPHABET[digit])
      .join('')
  );
}

/** The bytes of Base58 text; every text has exactly one reading, so no second spelling is accepted. */
export function decodeBase58(text: string): Uint8Array {
  const ones = leading(Array.from(text), (character) => character === '1');
  const bytes: number[] = [];
  for (const character of text.slice(ones)) {
    let carry = VALUES.get(character);
    if (carry === undefined) throw new LedgerTxError('address-text', 'a character that is not Base58');
    for (let i = 0; i < bytes.length; i++) {
      carry += (bytes[i] ?? 0) * 58;
      bytes[i] = carry & 0xff;
      carry >>= 8;
    }
    for (; carry > 0; carry >>= 8) bytes.push(carry & 0xff);
  }
  return Uint8Array.from([...Array<number>(ones).fill(0), ...bytes.reverse()]);
}

function leading<T>(items: ArrayLike<T>, matches: (item: T) => boolean): number {
  let count = 0;
  for (let i = 0; i < items.length; i++, count++) {
    if (!matches(items[i] as T)) break;
  }
  return count;
}
