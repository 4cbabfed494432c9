import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAddress, encodeAddress, hash160, parseAddressFormat, parseHex, toHex } from './index.js';
import { LedgerTxError } from './error.js';

const vectors = new URL('../../../vectors/ledger/', import.meta.url);
const chain = JSON.parse(readFileSync(new URL('chain.json', vectors), 'utf8')) as {
  addressVersion: string;
  addressChecksum: string;
  testKeys: { name: string; publicKey: string; keyHash: string; address: string }[];
};
const invalid = JSON.parse(readFileSync(new URL('addresses-invalid.json', vectors), 'utf8')) as {
  comment: string;
  address: string;
  code: string;
}[];
const format = parseAddressFormat(chain.addressVersion, chain.addressChecksum);

describe('addresses that a node made', () => {
  it.each(chain.testKeys)('$name', ({ publicKey, keyHash, address }) => {
    const hash = hash160(parseHex(publicKey));
    expect(toHex(hash)).toBe(keyHash);
    expect(encodeAddress(hash, format)).toBe(address);
    expect(toHex(decodeAddress(address, format))).toBe(keyHash);
  });
});

describe('addresses that are refused', () => {
  it.each(invalid)('$comment', ({ address, code }) => {
    expect(() => decodeAddress(address, format)).toThrow(
      expect.objectContaining({ name: 'LedgerTxError', code }),
    );
  });
});

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'.split('');
const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const anyFormat = fc.record({ version: bytes(1, 20), checksum: bytes(4, 4) });

describe('properties of addresses', () => {
  it('an address gives back its key hash, whatever the chain', () => {
    fc.assert(
      fc.property(bytes(20, 20), anyFormat, (keyHash, any) => {
        expect(decodeAddress(encodeAddress(keyHash, any), any)).toEqual(keyHash);
      }),
    );
  });

  it('any text is the one spelling of a key hash, or refused', () => {
    const character = fc.constantFrom(...ALPHABET, '0', ' ');
    const text = fc.string({ unit: character, maxLength: 70 });
    fc.assert(
      fc.property(text, (address) => {
        try {
          expect(encodeAddress(decodeAddress(address, format), format)).toBe(address);
        } catch (error) {
          expect(error).toBeInstanceOf(LedgerTxError);
        }
      }),
    );
  });

  it('one changed character is noticed', () => {
    const position = fc.nat(37);
    const character = fc.constantFrom(...ALPHABET);
    fc.assert(
      fc.property(bytes(20, 20), position, character, (keyHash, at, other) => {
        const address = encodeAddress(keyHash, format);
        fc.pre(at < address.length && address[at] !== other);
        expect(() => decodeAddress(address.slice(0, at) + other + address.slice(at + 1), format)).toThrow(
          LedgerTxError,
        );
      }),
    );
  });
});

describe('formats and keys that are refused', () => {
  it.each([
    ['no version', '', '00000000'],
    ['more version than hash', '00'.repeat(21), '00000000'],
    ['checksum value too short', '00', '000000'],
  ])('%s', (_, version, checksum) => {
    expect(() => parseAddressFormat(version, checksum)).toThrow(
      expect.objectContaining({ code: 'address-format' }),
    );
  });

  it.each([['00'.repeat(33)], ['02'.repeat(32)], ['04' + '00'.repeat(64)]])('public key %s', (publicKey) => {
    expect(() => hash160(parseHex(publicKey))).toThrow(expect.objectContaining({ code: 'public-key' }));
  });

  it.each(['0', '0g', 'AA', ' 00'])('hexadecimal %j', (text) => {
    expect(() => parseHex(text)).toThrow(expect.objectContaining({ code: 'hex' }));
  });
});
