import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasMoreElements } from './batch-size.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('hasMoreElements', () => {
  it('counts the elements of every array as its parser does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(2),
        (values, most, space) => {
          const text = JSON.stringify(values, null, space);
          expect(hasMoreElements(bytes(text), most)).toBe(values.length > most);
        },
      ),
    );
  });

  it.each<[string, boolean]>([
    [' \r\n\t[1,2,3]', true],
    ['\ufeff[1,2,3]', true],
    ['[1,2]', false],
    ['["a,b,c","\\",,,[1,2,3]"]', false],
    ['[{"a":1,"b":[1,2,3]},2]', false],
    ['{"a":1,"b":2,"c":3}', false],
    ['', false],
    ['["', false],
    ['["\\', false],
  ])('says of %j that it has more than two: %s', (text, more) => {
    expect(hasMoreElements(bytes(text), 2)).toBe(more);
  });
});
