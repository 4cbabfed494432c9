import { describe, expect, it } from 'vitest';
import { canonicalTime } from './moment.js';
import { CANONICAL_TIME, IDENTIFIER, isSecond, LAST_SECOND, URI } from './rules.js';

const LAST_CODE_POINT = 0x10ffff;

function codePoints(expression: RegExp): number[] {
  return Array.from({ length: LAST_CODE_POINT + 1 }, (_, point) => point).filter((point) =>
    expression.test(String.fromCodePoint(point)),
  );
}

describe('attack: an identifier that looks like another', () => {
  // By the Unicode of this Node, 17.0. Where a later one has more such characters, this test tells; the rule of version 1 stays.
  it.each([
    ['is invisible where a font does not know it', /\p{Default_Ignorable_Code_Point}/u],
    ['is a space', /[^\P{White_Space} ]/u],
    ['is a control', /\p{Control}/u],
    ['is half a surrogate pair', /\p{Surrogate}/u],
    ['is blank, but no space', /[\u2800\u{fffc}]/u],
  ])('holds no character that %s', (_, expression) => {
    const found = codePoints(expression);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((point) => IDENTIFIER.holds(`a${String.fromCodePoint(point)}b`))).toEqual([]);
  });

  it('may hold every letter, digit and accent of every script, except blank ones', () => {
    const blank = [0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180c, 0x180d, 0x180f, 0x3164, 0xffa0];
    const refused = codePoints(/[\p{L}\p{N}\p{M}]/u).filter(
      (point) => !IDENTIFIER.holds(`a${String.fromCodePoint(point)}b`),
    );
    const selectors = (point: number): boolean =>
      (point >= 0xfe00 && point <= 0xfe0f) || (point >= 0xe0100 && point <= 0xe01ef);
    expect(refused.filter((point) => !selectors(point))).toEqual(blank);
  });
});

describe('times', () => {
  it('end with the year 9999', () => {
    expect(new Date(LAST_SECOND * 1000).toISOString()).toBe('9999-12-31T23:59:59.000Z');
    expect([0, LAST_SECOND].every(isSecond)).toBe(true);
    expect([-1, 0.5, LAST_SECOND + 1, Number.NaN, '0', null].some(isSecond)).toBe(false);
  });

  it.each(['1969-12-31T23:59:59.999Z', '0000-01-01T00:00:00.000Z', '2026-02-29T00:00:00.000Z'])(
    'cannot be claimed: %s',
    (text) => {
      expect(CANONICAL_TIME.holds(text)).toBe(false);
      expect(canonicalTime(text)).toBeUndefined();
    },
  );

  it('are counted in UTC, whatever the year is elsewhere', () => {
    expect(canonicalTime('1969-12-31T23:30:00-00:30')).toBe('1970-01-01T00:00:00.000Z');
    expect(canonicalTime('1970-01-01T00:29:59+00:30')).toBeUndefined();
    expect(canonicalTime('9999-12-31T23:59:59-00:01')).toBeUndefined();
  });
});

describe('URIs', () => {
  it('have 3 to 512 characters, however long their scheme is', () => {
    const scheme = 'a'.repeat(32);
    expect(URI.holds(`${scheme}:${'b'.repeat(512 - 33)}`)).toBe(true);
    expect(URI.holds(`${scheme}:${'b'.repeat(513 - 33)}`)).toBe(false);
    expect(URI.holds(`a:${'b'.repeat(510)}`)).toBe(true);
    expect(URI.holds(`a:${'b'.repeat(511)}`)).toBe(false);
    expect(URI.holds('a:b')).toBe(true);
    expect(URI.holds('a:')).toBe(false);
    expect(URI.holds('a:b\n')).toBe(false);
  });
});
