import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concatBytes,
  decodeBase64,
  decodeBase64url,
  decodeHex,
  encodeBase64,
  encodeBase64url,
  encodeHex,
  equalBytes,
  readU32be,
  readU64be,
  u32be,
  u64be,
  utf8Decode,
  utf8Encode,
} from './bytes.js';

const bytes = () => fc.uint8Array({ maxLength: 80 });
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

const CODECS = [
  { name: 'base64url', encode: encodeBase64url, decode: decodeBase64url, other: 'base64url' },
  { name: 'base64', encode: encodeBase64, decode: decodeBase64, other: 'base64' },
  { name: 'hex', encode: encodeHex, decode: decodeHex, other: 'hex' },
] as const;

describe.each(CODECS)('$name', ({ encode, decode, other }) => {
  it('writes what Node writes and reads it back', () => {
    fc.assert(
      fc.property(bytes(), (value) => {
        const text = encode(value);
        expect(text).toBe(Buffer.from(value).toString(other));
        expect(decode(text)).toEqual(value);
      }),
    );
  });

  it('reads a text only when it is the one that it would write', () => {
    const unit = fc.constantFrom(...Array.from('abcdefABCDEF0189+/-_= \n=g%é'));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        let read: Uint8Array;
        try {
          read = decode(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'encoding' });
          return;
        }
        expect(encode(read)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

it.each(['A', 'AA==', 'AB', 'AAF', 'AA\n', ' AA', 'A+', 'A/', 'Aé', 'A\u0141', 'AAAAA'])(
  'refuses %j as base64url',
  (text) => {
    expect(() => decodeBase64url(text)).toThrow(refusal('encoding'));
  },
);

it.each(['AA', 'AA=', 'AA=A', '=', '====', 'A===', 'AB==', 'AA==\n', 'A_==', 'AAAA===='])(
  'refuses %j as base64',
  (text) => {
    expect(() => decodeBase64(text)).toThrow(refusal('encoding'));
  },
);

it.each(['a', 'AB', '0x', 'g0', '0 '])('refuses %j as hexadecimal', (text) => {
  expect(() => decodeHex(text)).toThrow(refusal('encoding'));
});

describe('UTF-8', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\0', 'é', '€', '\ufeff', '\u2028', '𝄞') }),
        (text) => {
          expect(utf8Decode(utf8Encode(text))).toBe(text);
        },
      ),
    );
  });

  it('keeps a byte order mark', () => {
    expect(utf8Decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
  });

  it.each([
    ['a byte that starts nothing', [0xff]],
    ['an overlong form', [0xc0, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a cut character', [0xe2, 0x82]],
  ])('refuses %s', (_, wrong) => {
    expect(() => utf8Decode(Uint8Array.from(wrong))).toThrow(refusal('encoding'));
  });

  it('refuses a lone surrogate', () => {
    expect(() => utf8Encode('a\ud800')).toThrow(refusal('encoding'));
  });
});

describe('numbers', () => {
  it('reads back 32 bits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (n) => {
        expect(u32be(n)).toHaveLength(4);
        expect(readU32be(concatBytes(Uint8Array.of(9), u32be(n)), 1)).toBe(n);
      }),
    );
  });

  it('reads back 64 bits up to 2^53 - 1', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (n) => {
        expect(u64be(n)).toHaveLength(8);
        expect(readU64be(u64be(n), 0)).toBe(n);
      }),
    );
    expect(encodeHex(u64be(Number.MAX_SAFE_INTEGER))).toBe('001fffffffffffff');
  });

  it.each([-1, 0.5, 2 ** 32, Number.NaN])('refuses %d as 32 bits', (n) => {
    expect(() => u32be(n)).toThrow(refusal('number'));
  });

  it.each([-1, 0.5, 2 ** 53, Number.POSITIVE_INFINITY])('refuses %d as 64 bits', (n) => {
    expect(() => u64be(n)).toThrow(refusal('number'));
  });

  it('refuses to read above 2^53 - 1, or beyond the end', () => {
    expect(() => readU64be(decodeHex('0020000000000000'), 0)).toThrow(refusal('number'));
    expect(() => readU64be(new Uint8Array(7), 0)).toThrow(refusal('number'));
    expect(() => readU32be(new Uint8Array(4), 1)).toThrow(refusal('number'));
  });
});

it('compares bytes', () => {
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
});
