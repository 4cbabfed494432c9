import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64url, encodeBase64url, utf8Decode, utf8Encode } from './bytes.js';
import { decodeText, encodeText, sha256OfText } from './text-bytes.js';

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
const unit = fc.constantFrom('a', 'é', '€', '𝄞');

describe('texts over shared bytes', () => {
  it('give what separate steps give, short or long', () => {
    const lengths = fc.constantFrom(0, 1, 200, 16_384, 16_385, 50_000);
    fc.assert(
      fc.property(unit, unit, lengths, (first, other, length) => {
        const text = (first + other.repeat(length)).slice(0, length).toWellFormed();
        expect(encodeText(text)).toBe(encodeBase64url(utf8Encode(text)));
        expect(decodeText(encodeText(text))).toBe(text);
        expect(sha256OfText(text, sha256)).toEqual(sha256(utf8Encode(text)));
      }),
    );
  });

  it('do not see what an earlier text left', () => {
    encodeText('x'.repeat(100));
    expect(decodeText(encodeText('a'))).toBe('a');
    expect(sha256OfText('', sha256)).toEqual(sha256(new Uint8Array(0)));
  });

  it('refuse what separate steps refuse', () => {
    expect(() => encodeText('\udfff')).toThrow(expect.objectContaining({ code: 'encoding' }) as Error);
    for (const wrong of ['_w', 'YQ=', 'YR', 'a'.repeat(60_001)]) {
      expect(() => utf8Decode(decodeBase64url(wrong))).toThrow(
        expect.objectContaining({ code: 'encoding' }) as Error,
      );
      expect(() => decodeText(wrong)).toThrow(expect.objectContaining({ code: 'encoding' }) as Error);
    }
  });
});
