import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HmacSha256 } from './hmac-sha256.js';

describe('HMAC-SHA256', () => {
  // RFC 4231 sections 4.2, 4.3 and 4.4.
  test.each([
    ['0b'.repeat(20), '4869205468657265', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      '4a656665',
      '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    ['aa'.repeat(20), 'dd'.repeat(50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
  ])('vector of RFC 4231 with key %s', (key, data, expected) => {
    const code = new HmacSha256(Buffer.from(key, 'hex')).ofBytes(Buffer.from(data, 'hex'));
    expect(Buffer.from(code).toString('hex')).toBe(expected);
  });

  test('is that of OpenSSL, for any key, text and bytes, whatever was asked before', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.array(
          fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.uint8Array({ maxLength: 300 })),
        ),
        (key, inputs) => {
          const hmac = new HmacSha256(key);
          for (const input of inputs) {
            const code = typeof input === 'string' ? hmac.ofText(input) : hmac.ofBytes(input);
            expect(Buffer.from(code)).toEqual(createHmac('sha256', key).update(input).digest());
          }
        },
      ),
    );
  });

  test.each([4096, 4097, 50_000])('of %i characters of three bytes each', (length) => {
    const key = randomBytes(32);
    const text = '\u20ac'.repeat(length);
    const expected = createHmac('sha256', key).update(text, 'utf8').digest();
    expect(Buffer.from(new HmacSha256(key).ofText(text))).toEqual(expected);
    expect(Buffer.from(new HmacSha256(key).ofBytes(Buffer.from(text)))).toEqual(expected);
  });

  test('takes no key that would have to be hashed first', () => {
    expect(() => new HmacSha256(new Uint8Array(65))).toThrow(RangeError);
  });
});
