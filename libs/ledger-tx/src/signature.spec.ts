import { readFileSync } from 'node:fs';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSignature, parseHex, parseSignature, toHex } from './index.js';

const { valid, invalid } = JSON.parse(
  readFileSync(new URL('../../../vectors/ledger/signatures.json', import.meta.url), 'utf8'),
) as {
  valid: { comment: string; compact: string; der: string }[];
  invalid: { comment: string; der: string }[];
};

describe('signatures', () => {
  it.each(valid)('valid: $comment', ({ compact, der }) => {
    expect(toHex(encodeSignature(parseHex(compact)))).toBe(der);
    expect(toHex(parseSignature(parseHex(der)))).toBe(compact);
  });

  it.each(invalid)('refused: $comment', ({ der }) => {
    expect(() => parseSignature(parseHex(der))).toThrow(expect.objectContaining({ code: 'signature' }));
  });

  it('refuses a compact signature of another length', () => {
    expect(() => encodeSignature(new Uint8Array(63))).toThrow(expect.objectContaining({ code: 'signature' }));
  });

  it('agrees with another library on real signatures', () => {
    const secret = new Uint8Array(32).fill(7);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (digest) => {
        const compact = secp256k1.sign(digest, secret, { prehash: false });
        const der = encodeSignature(compact);
        expect(toHex(der)).toBe(secp256k1.Signature.fromBytes(compact).toHex('der'));
        expect(parseSignature(der)).toEqual(compact);
      }),
      { numRuns: 30 },
    );
  });

  it('accepts no other bytes for the same numbers', () => {
    const der = parseHex(valid.at(-1)!.der);
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(7), (at, bit) => {
        const changed = Uint8Array.from(der);
        changed[at]! ^= 1 << bit;
        let read: Uint8Array;
        try {
          read = parseSignature(changed);
        } catch {
          return;
        }
        expect(encodeSignature(read)).toEqual(changed);
      }),
    );
  });
});
