import { createHash, randomBytes } from 'node:crypto';
import { SDJwtInstance } from '@sd-jwt/core';
import { describe, expect, it } from 'vitest';
import { testCertificate, testKey, testSalts, verifyP256 } from '../test/material.ts';
import { decodeBase64url, utf8Encode } from './bytes.js';
import { CLAIM_NAMES, claimsOf, type Facts } from './claims.js';
import { attachSignature } from './jws.js';
import { composeSdJwt, splitSdJwt } from './sd-jwt.js';
import { prepareStatement } from './statement.js';

const alpha = testKey('alpha');
const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
const digest = Buffer.alloc(64).toString('base64url');
const facts: Facts = {
  event: 'refused',
  reason: 'urn:reason:unwanted',
  time: '2026-11-22T09:53:30.123Z',
  message: 'bericht één',
  sender: { scheme: 'cbe', id: '0123456789', organisation: 'beta' },
  recipient: { scheme: 'test-person', id: 'person-42', organisation: 'alpha' },
  document: { mediaType: 'application/pdf', size: 1, sha256: digest.slice(0, 43), sha3_512: digest },
  corrects: null,
};
const claims = claimsOf(facts);
const prepared = prepareStatement(
  {
    claims,
    issuer: 'alpha',
    iat: 1_795_341_210,
    certificates: [testCertificate(alpha)],
    salts: testSalts('interop'),
  },
  sha256,
);
const jws = attachSignature(prepared.signingInput, alpha.sign(utf8Encode(prepared.signingInput)));

describe('another implementation of SD-JWT', () => {
  const other = new SDJwtInstance({
    hasher: (data) => sha256(typeof data === 'string' ? utf8Encode(data) : new Uint8Array(data)),
    hashAlg: 'sha-256',
    saltGenerator: (length) => randomBytes(length).toString('hex'),
    verifier: (data, signature) => verifyP256(alpha.publicKey, utf8Encode(data), decodeBase64url(signature)),
  });

  it('verifies a statement of ours and opens all ten claims', async () => {
    const { payload, header } = await other.verify(composeSdJwt(jws, prepared.disclosures));
    expect(payload).toEqual({ ...claims, iss: 'alpha', iat: 1_795_341_210 });
    expect(header).toMatchObject({ alg: 'ES256', typ: 'besure-statement-v1+sd-jwt' });
  });

  it('opens only what is shown', async () => {
    const shown = prepared.disclosures.filter((_, i) => CLAIM_NAMES[i] === 'time');
    const { payload } = await other.verify(composeSdJwt(jws, shown));
    expect(payload).toEqual({ time: claims.time, iss: 'alpha', iat: 1_795_341_210 });
  });

  it('refuses what we refuse: a signature of another key', async () => {
    const forged = attachSignature(
      prepared.signingInput,
      testKey('beta').sign(utf8Encode(prepared.signingInput)),
    );
    await expect(other.verify(composeSdJwt(forged, []))).rejects.toThrow(/signature/i);
  });
});

describe('splitSdJwt', () => {
  it.each([[[]], [['YQ']], [[...prepared.disclosures]]])(
    'takes apart what composeSdJwt composes',
    (disclosures) => {
      expect(splitSdJwt(composeSdJwt('a.b.c', disclosures))).toEqual({ jws: 'a.b.c', disclosures });
    },
  );

  it.each([
    ['no tilde', 'a.b.c'],
    ['a key-binding JWT', 'a.b.c~YQ~d.e.f'],
    ['an empty disclosure', 'a.b.c~~'],
    ['an empty JWS', '~YQ~'],
    ['nothing', ''],
    ['eleven disclosures', composeSdJwt('a.b.c', [...prepared.disclosures, 'YQ'])],
  ])('refuses %s', (_, text) => {
    expect(() => splitSdJwt(text)).toThrow(expect.objectContaining({ code: 'statement-format' }) as Error);
  });
});
