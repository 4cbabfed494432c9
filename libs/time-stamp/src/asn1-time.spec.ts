import { utf8Encode } from '@besure/protocol';
import { describe, expect, it } from 'vitest';
import { readGeneralizedTime } from './asn1-time.js';
import { der, TAG, wholeElement } from './der.js';

const read = (text: string) =>
  readGeneralizedTime(
    wholeElement(der(TAG.generalizedTime, utf8Encode(text)), TAG.generalizedTime, 'a time'),
  );

describe('a GeneralizedTime', () => {
  it('is read to the microsecond, rounded up', () => {
    expect(read('20261122100000Z')).toEqual({ seconds: 1_795_341_600, micros: 0 });
    expect(read('20261122100000.0000001Z')).toEqual({ seconds: 1_795_341_600, micros: 1 });
  });

  it('is read to its last byte, or not at all', () => {
    const longest = `20261122100000.${'1'.repeat(48)}Z`;
    expect(read(longest).micros).toBe(111_112);
    expect(() => read(`${longest}garbage`)).toThrow(expect.objectContaining({ code: 'malformed' }) as Error);
    expect(() => read(`20261122100000.${'1'.repeat(49)}Z`)).toThrow(
      expect.objectContaining({ code: 'malformed' }) as Error,
    );
  });
});
