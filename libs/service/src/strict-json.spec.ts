import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_JSON_DEPTH, parseStrictJson } from './strict-json.js';

function read(text: string): { value: unknown; faults: readonly unknown[] } {
  return parseStrictJson(new TextEncoder().encode(text));
}

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

describe('parseStrictJson', () => {
  it('reads what every reader reads the same, and finds no fault in it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        expect(read(text).value).toEqual(JSON.parse(text));
      }),
      { numRuns: 30 },
    );
    fc.assert(
      fc.property(
        fc.object({ maxDepth: 3, values: [fc.string({ unit: 'binary' }), fc.integer(), fc.boolean()] }),
        (value) => {
          expect(read(JSON.stringify(value, null, 1))).toEqual({
            value: JSON.parse(JSON.stringify(value)) as unknown,
            faults: [],
          });
        },
      ),
    );
  });

  it.each([
    ['{', 'not-json'],
    ['', 'not-json'],
    ['{"a":1,}', 'not-json'],
    ['{"a":"\u0000"}', 'not-json'],
    ['{"a":01}', 'not-json'],
    ['{"a":NaN}', 'not-json'],
    ['{"a":1}x', 'not-json'],
  ])('refuses %j', (text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it.each([
    ['an overlong form', [0x22, 0xc0, 0x80, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut character', [0x22, 0xe2, 0x82, 0x22]],
    ['a byte that never occurs', [0x22, 0xff, 0x22]],
  ])('refuses %s in UTF-8', (_what, bytes) => {
    expect(() => parseStrictJson(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: 'not-utf8' }) as Error,
    );
  });

  it.each<[string, (string | number)[], string]>([
    ['{"a":1,"a":1}', ['a'], 'once'],
    ['{"a":1,"\\u0061":2}', ['a'], 'once'],
    ['{"__proto__":1,"__proto__":2}', ['__proto__'], 'once'],
    ['{"d":{"x":[{"a":{},"b":"}","a":{}}]}}', ['d', 'x', 0, 'a'], 'once'],
    ['{"a":"\\ud800"}', ['a'], 'surrogate'],
    ['{"a":"\\udc00\\ud800"}', ['a'], 'surrogate'],
    ['{"a":1e400}', ['a'], 'number'],
    ['{"a":-1E400}', ['a'], 'number'],
    ['{"a":9007199254740992}', ['a'], 'number'],
    ['{"a":1.0000000000000000001}', ['a'], 'number'],
    [`{"a":${'9'.repeat(400)}}`, ['a'], 'number'],
  ])('finds the fault in %s', (text, path, rule) => {
    expect(read(text).faults).toEqual([{ path, rule: expect.stringContaining(rule) as string }]);
  });

  it.each([
    '{"a":9007199254740991,"b":-9007199254740991,"c":1.5,"d":1e3,"e":0}',
    '{"a":"\\ud83d\\ude00","b":"\\u0000","c":"\\\\u0061 \\" { [ : 1e400"}',
    '[ true , false , null , "" , { } , [ ] ]',
    nested(MAX_JSON_DEPTH),
  ])('finds none in %s', (text) => {
    expect(read(text)).toEqual({ value: JSON.parse(text) as unknown, faults: [] });
  });

  it('tells the first fault of each element of a list, and nothing about its neighbours', () => {
    const text = `[{"a":1},{"a":1,"a":2,"b":1e999},${nested(500_00)},{"x":"\\ud800"},{"y":"z"}]`;
    expect(read(text).faults.map((fault) => (fault as { path: unknown[] }).path.slice(0, 2))).toEqual([
      [1, 'a'],
      [2, 0],
      [3, 'x'],
    ]);
  });
});
