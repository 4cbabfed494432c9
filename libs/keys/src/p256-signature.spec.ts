import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactFromDer, derFromCompact } from './p256-signature.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKey = createPublicKey(privateKey);

describe('P-256 signatures as r||s', () => {
  test('what node signs verifies after conversion, has low S, and converts back', () => {
    for (let i = 0; i < 300; i += 1) {
      const message = Buffer.from(`message ${i}`);
      const compact = compactFromDer(sign('sha256', message, privateKey));
      expect(verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, compact)).toBe(true);
      expect(p256.Signature.fromBytes(compact).hasHighS()).toBe(false);
      expect(verify('sha256', message, publicKey, derFromCompact(compact))).toBe(true);
    }
  });

  test('DER is that of noble for any r and s, short and high ones too', () => {
    const scalar = fc.oneof(
      fc.bigInt({ min: 1n, max: p256.Point.Fn.ORDER - 1n }),
      fc.bigInt({ min: 1n, max: 0xffffn }),
      fc.bigInt({ min: p256.Point.Fn.ORDER - 0xffn, max: p256.Point.Fn.ORDER - 1n }),
    );
    fc.assert(
      fc.property(scalar, scalar, (r, s) => {
        const signature = new p256.Signature(r, s);
        expect(Buffer.from(derFromCompact(signature.toBytes('compact'))).toString('hex')).toBe(
          signature.toHex('der'),
        );
        const low = signature.hasHighS() ? new p256.Signature(r, p256.Point.Fn.ORDER - s) : signature;
        expect(Buffer.from(compactFromDer(signature.toBytes('der'))).toString('hex')).toBe(
          low.toHex('compact'),
        );
      }),
    );
  });

  test.each([
    ['empty', ''],
    ['not a sequence', '3106020101020101'],
    ['length too long', '3007020101020101'],
    ['trailing byte', '300702010102010100'],
    ['integer of 33 bytes that is no P-256 number', `3026022101${'ff'.repeat(32)}020101`],
    ['integer of no bytes', '300502000201ff'],
    ['integer past the end', '3006020101020201'],
  ])('refuses DER: %s', (_name, hex) => {
    expect(() => compactFromDer(Buffer.from(hex, 'hex'))).toThrow(
      expect.objectContaining({ code: 'malformed' }),
    );
  });
});
