import { hash } from 'node:crypto';
import { smallBytes } from './small-bytes.js';

const BLOCK = 64;
const DIGEST = 32;
/** Texts up to this many UTF-16 code units share one array; nothing of it is kept beyond a call. */
const LONGEST_SHARED = 4096;

const shared = Buffer.alloc(BLOCK + 3 * LONGEST_SHARED);

/**
 * HMAC-SHA256 (RFC 2104) under one key of at most 64 bytes, over the one-shot hash: `createHmac` makes an object that hashes, registers it and frees it,
 * for each text, and that costs three times the two hashes.
 */
export class HmacSha256 {
  readonly #inner: Uint8Array;
  /** The outer block, and behind it place for the inner digest. */
  readonly #outer: Buffer;

  constructor(key: Uint8Array) {
    if (key.length > BLOCK) throw new RangeError(`a key of HMAC-SHA256 has at most ${BLOCK} bytes here`);
    const padded = new Uint8Array(BLOCK);
    padded.set(key);
    this.#inner = padded.map((byte) => byte ^ 0x36);
    this.#outer = Buffer.alloc(BLOCK + DIGEST);
    this.#outer.set(padded.map((byte) => byte ^ 0x5c));
  }

  /** The code of a text's UTF-8. */
  ofText(text: string): Uint8Array {
    const input = text.length > LONGEST_SHARED ? Buffer.alloc(BLOCK + 3 * text.length) : shared;
    return this.#of(input, input.write(text, BLOCK, 'utf8'));
  }

  /** The code of some bytes. */
  ofBytes(bytes: Uint8Array): Uint8Array {
    const input = bytes.length > LONGEST_SHARED ? Buffer.alloc(BLOCK + bytes.length) : shared;
    input.set(bytes, BLOCK);
    return this.#of(input, bytes.length);
  }

  #of(input: Buffer, length: number): Uint8Array {
    input.set(this.#inner);
    this.#outer.write(hash('sha256', input.subarray(0, BLOCK + length), 'binary'), BLOCK, 'latin1');
    // What was hashed may be a key's seed or a fact.
    input.fill(0, 0, BLOCK + length);
    const code = smallBytes(hash('sha256', this.#outer, 'binary'));
    // With the outer key it is the code.
    this.#outer.fill(0, BLOCK);
    return code;
  }
}
