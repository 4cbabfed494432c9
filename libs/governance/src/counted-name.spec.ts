import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spelled } from '../test/spellings.ts';
import { countedAs, isCountedName } from './counted-name.js';
import { groupsOf, isMajority, operatorsOf } from './quorum.js';

const NAMES = ['Example Cloud', 'Oslo 10', 'A&B Ltd.', '7', 'Milli-Oil (North)'];
const ALLOWED = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 &'(),./-");

function spellingOf(name: string): fc.Arbitrary<string> {
  return fc.array(fc.nat(1000), { minLength: 20 }).map((choices) => spelled(name, choices));
}

describe('a name that is counted', () => {
  it.each([
    ['in another case', 'EXAMPLE cloud'],
    ['with other space', ' Example   Cloud'.trim()],
    ['without space', 'ExampleCloud'],
    ['with signs', 'Example-Cloud.'],
    ['with a capital I for the l', 'ExampIe CIoud'],
    ['with digits for letters', 'Examp1e Cl0ud'],
  ])('%s is the same', (_, text) => {
    expect(isCountedName(text)).toBe(true);
    expect(countedAs(text)).toBe(countedAs('Example Cloud'));
  });

  it.each(['Example Cloud 2', 'Example Clouds', 'Exarnple Cloud', 'Example Cioud 1', 'Example'])(
    '%s is another',
    (name) => {
      expect(countedAs(name)).not.toBe(countedAs('Example Cloud'));
    },
  );

  it('is of a closed alphabet: whatever else a text holds, it is none', () => {
    const anyText = fc.string({ unit: fc.oneof(fc.constantFrom(...ALLOWED), fc.string({ unit: 'binary' })) });
    fc.assert(
      fc.property(anyText, (text) => {
        const holds =
          Array.from(text).every((sign) => ALLOWED.includes(sign)) &&
          /[A-Za-z0-9]/.test(text) &&
          text.length <= 120 &&
          !text.startsWith(' ') &&
          !text.endsWith(' ');
        expect(isCountedName(text)).toBe(holds);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['empty', ''],
    ['without a letter or digit', '- (-)'],
    ['with a line end', 'Example Cloud\n'],
    ['with a no-break space', 'Example\u00a0Cloud'],
    ['with a composed accent', 'Ex\u00e1mple'],
    ['with a combining accent', 'Exa\u0301mple'],
    ['of full width', '\uff25xample'],
    ['with a Cyrillic letter', '\u0415xample'],
    ['with a sign that passes for a letter', 'Examp|e'],
    ['of 121 characters', 'x'.repeat(121)],
    ['with a space at an end', 'Example '],
  ])('%s is none', (_, text) => {
    expect(isCountedName(text)).toBe(false);
  });

  it('counts as something in ASCII that counts as itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...ALLOWED), minLength: 1 }), (text) => {
        fc.pre(isCountedName(text));
        expect(countedAs(text)).toMatch(/^[a-z2-9]+$/);
        expect(countedAs(countedAs(text))).toBe(countedAs(text));
      }),
    );
  });

  it('attack: evades no count by its spelling', () => {
    const anyParty = fc
      .constantFrom(...NAMES)
      .chain((name) => fc.tuple(fc.constant(name), spellingOf(name), spellingOf(name)));
    fc.assert(
      fc.property(fc.array(anyParty, { minLength: 1, maxLength: 12 }), (parties) => {
        const operators = operatorsOf(parties.map(([, operator]) => ({ operator })));
        const groups = groupsOf(parties.map(([, , group]) => ({ group })));
        expect(parties.flat().every(isCountedName)).toBe(true);
        expect(operators.size).toBe(new Set(parties.map(([name]) => name)).size);
        // Who runs all hubs and all witnesses is one party, however it is spelled as the one and as the other.
        expect(groups).toEqual(operators);
        expect(isMajority({ hubs: 1, witnesses: 1 }, { operators, groups })).toBe(false);
      }),
    );
  });
});
