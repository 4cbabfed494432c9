import { describe, expect, it } from 'vitest';
import { testBytes, testKey, verifyP256 } from '../test/material.ts';
import { encodeBase64url, utf8Encode } from './bytes.js';
import { CLAIM_NAMES } from './claims.js';
import {
  parseCountersignature,
  prepareCountersignature,
  verifyCountersignature,
} from './countersignature.js';
import { attachSignature } from './jws.js';
import type { Primitives } from './primitives.js';

const exchange = testKey('exchange');
const content = {
  statement: encodeBase64url(testBytes('statement', 32)),
  issuer: 'exchange',
  iat: 1_795_341_210,
  checked: CLAIM_NAMES,
  tolerance: 300,
};
const signingInput = prepareCountersignature(content);
const jws = attachSignature(signingInput, exchange.sign(utf8Encode(signingInput)));
const primitives = { verifyP256 } as Primitives;
const refusal = (code: string, field?: string) =>
  expect.objectContaining(field === undefined ? { code } : { code, field }) as Error;

describe('a countersignature', () => {
  it('is read back and verifies', () => {
    const read = parseCountersignature(jws);
    expect(read).toMatchObject({ ...content, jws, signingInput });
    expect(() => verifyCountersignature(read, exchange.publicKey, primitives)).not.toThrow();
  });

  it('does not verify with another key', () => {
    expect(() =>
      verifyCountersignature(parseCountersignature(jws), testKey('alpha').publicKey, primitives),
    ).toThrow(refusal('countersignature-signature'));
  });

  it.each([
    ['no claim', { checked: [] }, 'checked'],
    ['claims out of order', { checked: ['time', 'event'] as const }, 'checked'],
    ['a claim twice', { checked: ['time', 'time'] as const }, 'checked'],
    ['a fraction of a second', { iat: 1.5 }, 'iat'],
    ['a tolerance below zero', { tolerance: -1 }, 'tolerance'],
    ['an issuer that is none', { issuer: '' }, 'iss'],
    ['an identity that is none', { statement: 'abc' }, 'statement'],
  ])('is not prepared with %s', (_, other, field) => {
    expect(() => prepareCountersignature({ ...content, ...other })).toThrow(
      refusal('countersignature-input', field),
    );
  });
});
