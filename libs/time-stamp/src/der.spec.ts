import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bitStringBytes,
  der,
  DerReader,
  derUnsigned,
  integerBytes,
  oidOf,
  smallInteger,
  TAG,
  unsignedBytes,
} from './der.js';
import { TimeStampError } from './error.js';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const read = (text: string) => new DerReader(hex(text), 'a test').any();

describe('DER', () => {
  it.each([
    ['a length in two bytes where one is enough', '04820001ff'],
    ['a length in a second byte where none is needed', '040101'.replace('0401', '048101')],
    ['an indefinite length', '30800000'],
    ['the reserved length', '04ff'],
    ['a length of three bytes', `0483010000${'00'.repeat(16)}`],
    ['a tag of several bytes', '1f8101'],
    ['an element longer than its bytes', '0402ff'],
    ['a tag alone', '04'],
  ])('refuses %s', (_, text) => {
    expect(() => read(text)).toThrow(TimeStampError);
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000 }), (content) => {
        fc.pre(content.length <= 0xffff);
        const element = new DerReader(der(TAG.octetString, content), 'a test').next(TAG.octetString);
        expect(element.content).toEqual(content);
      }),
    );
  });

  it.each(['0200', '02020001', '0202ffff'])('refuses the integer %s', (text) => {
    expect(() => integerBytes(read(text))).toThrow(TimeStampError);
  });

  it('reads numbers', () => {
    expect(smallInteger(read('02047fffffff'))).toBe(0x7fff_ffff);
    expect(() => smallInteger(read('02050080000000'))).toThrow(TimeStampError);
    expect(() => unsignedBytes(read('0201ff'))).toThrow(TimeStampError);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 300n }), (n) => {
        const text = n.toString(16);
        const bytes = hex(text.length % 2 === 0 ? text : `0${text}`);
        const back = unsignedBytes(new DerReader(derUnsigned(bytes), 'a test').next(TAG.integer));
        expect(BigInt(`0x${Buffer.from(back).toString('hex')}`)).toBe(n);
      }),
    );
  });

  it.each(['0600', '060180', '06022a80', '06032a8001'])('refuses the object identifier %s', (text) => {
    expect(() => oidOf(read(text))).toThrow(TimeStampError);
  });

  it.each(['0300', '03020780'])('refuses the bit string %s where whole bytes must stand', (text) => {
    expect(() => bitStringBytes(read(text))).toThrow(TimeStampError);
  });
});
