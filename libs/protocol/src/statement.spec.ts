import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { testBytes, testCertificate, testKey, testSalts, verifyP256 } from '../test/material.ts';
import { decodeBase64url, encodeBase64url, utf8Encode } from './bytes.js';
import { CLAIM_NAMES, claimsOf, factsOf, type Facts } from './claims.js';
import { attachSignature } from './jws.js';
import type { Primitives } from './primitives.js';
import { openDisclosures, parseStatement, prepareStatement, verifyStatementSignature } from './statement.js';

const alpha = testKey('alpha');
const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
const primitives: Primitives = {
  sha256,
  sha3_512: (data) => createHash('sha3-512').update(data).digest(),
  verifyP256,
  verifyEd25519: () => false,
  verifyMlDsa44: () => false,
};
const facts: Facts = {
  event: 'sent',
  reason: null,
  time: '2026-11-22T09:53:30.123Z',
  message: 'm-1',
  sender: { scheme: 'cbe', id: '0123456789', organisation: 'alpha' },
  recipient: { scheme: 'test-person', id: 'person-42', organisation: 'beta' },
  document: {
    mediaType: 'application/pdf',
    size: 1,
    sha256: encodeBase64url(testBytes('d', 32)),
    sha3_512: encodeBase64url(testBytes('d', 64)),
  },
  corrects: null,
};
const input = {
  claims: claimsOf(facts),
  issuer: 'alpha',
  iat: 1_795_341_210,
  certificates: [testCertificate(alpha)],
  salts: testSalts('spec'),
};
const prepared = prepareStatement(input, sha256);
const jws = attachSignature(prepared.signingInput, alpha.sign(utf8Encode(prepared.signingInput)));
const refusal = (code: string, field?: string) =>
  expect.objectContaining(field === undefined ? { code } : { code, field }) as Error;

describe('prepareStatement', () => {
  it('gives the same statement for the same input', () => {
    expect(prepareStatement(input, sha256)).toEqual(prepared);
    expect(prepared.id).toBe(encodeBase64url(sha256(utf8Encode(prepared.signingInput))));
  });

  it('hides every claim: another salt, another statement', () => {
    const other = prepareStatement({ ...input, salts: input.salts.with(4, testBytes('other', 16)) }, sha256);
    expect(other.id).not.toBe(prepared.id);
    expect(other.disclosures.map((disclosure, i) => disclosure === prepared.disclosures[i])).toEqual(
      CLAIM_NAMES.map((_, i) => i !== 4),
    );
  });

  it.each([
    ['nine salts', { salts: input.salts.slice(1) }, 'statement-input', 'salts'],
    ['a salt of 15 bytes', { salts: input.salts.with(0, new Uint8Array(15)) }, 'statement-input', 'salts'],
    ['a salt twice', { salts: input.salts.with(9, input.salts[3]!) }, 'statement-input', 'salts'],
    ['a fraction of a second', { iat: 0.5 }, 'statement-input', 'iat'],
    ['an issuer that is none', { issuer: 'Alpha' }, 'statement-input', 'iss'],
    ['no certificate', { certificates: [] }, 'statement-header', undefined],
    ['bytes that are no certificate', { certificates: [new Uint8Array(9)] }, 'certificate', undefined],
    ['a claim that breaks its rule', { claims: { ...input.claims, message: '' } }, 'claim', 'message'],
    ['a reason that is missing', { claims: claimsOf({ ...facts, event: 'refused' }) }, 'claim', 'reason'],
  ])('refuses %s', (_, other, code, field) => {
    expect(() => prepareStatement({ ...input, ...other }, sha256)).toThrow(refusal(code, field));
  });
});

describe('parseStatement', () => {
  const statement = parseStatement(jws, sha256);

  it('reads what was prepared', () => {
    expect(statement).toMatchObject({ jws, id: prepared.id, issuer: 'alpha', iat: input.iat });
    expect(statement.certificates).toEqual(input.certificates);
    expect(openDisclosures(statement, prepared.disclosures, sha256)).toEqual(input.claims);
  });

  it('remembers headers without mixing them up', () => {
    const names = Array.from({ length: 100 }, (_, i) => `member-${i}`);
    const statements = names.map((name) => {
      const key = testKey(name);
      const one = prepareStatement({ ...input, issuer: name, certificates: [testCertificate(key)] }, sha256);
      return attachSignature(one.signingInput, key.sign(utf8Encode(one.signingInput)));
    });
    for (const round of [1, 2]) {
      const read = statements.map((text) => parseStatement(text, sha256));
      expect(
        read.map(({ issuer }) => issuer),
        `round ${round}`,
      ).toEqual(names);
      expect(read.map(({ certificateKey }) => certificateKey)).toEqual(
        names.map((name) => testKey(name).publicKey),
      );
    }
  });

  it('does not let a caller change the certificate that it was prepared with', () => {
    const certificate = testCertificate(alpha);
    const before = prepareStatement({ ...input, certificates: [certificate] }, sha256).signingInput;
    certificate[certificate.length - 1]! ^= 1;
    expect(prepareStatement({ ...input, certificates: [certificate] }, sha256).signingInput).not.toBe(before);
  });
});

describe('verifyStatementSignature', () => {
  const statement = parseStatement(jws, sha256);

  it('takes the key of the charter', () => {
    expect(() => verifyStatementSignature(statement, alpha.publicKey, primitives)).not.toThrow();
  });

  it('refuses another key than the certificate holds, even if it would verify', () => {
    const always = { ...primitives, verifyP256: () => true };
    expect(() => verifyStatementSignature(statement, testKey('beta').publicKey, always)).toThrow(
      refusal('certificate-key'),
    );
  });

  it('refuses what the primitive refuses', () => {
    const never = { ...primitives, verifyP256: () => false };
    expect(() => verifyStatementSignature(statement, alpha.publicKey, never)).toThrow(
      refusal('statement-signature'),
    );
  });
});

describe('attachSignature', () => {
  const low = alpha.sign(utf8Encode(prepared.signingInput));

  it('replaces a high s by its low twin', () => {
    expect(attachSignature(prepared.signingInput, twin(low))).toBe(jws);
    expect(twin(twin(low))).toEqual(low);
  });

  it('leaves a low s as it is', () => {
    expect(decodeBase64url(jws.split('.')[2]!)).toEqual(low);
  });

  it.each([
    ['63 bytes', low.slice(1)],
    ['an r that is not below n', Uint8Array.of(...new Uint8Array(32).fill(255), ...low.slice(32))],
    ['an s that is not below n', Uint8Array.of(...low.slice(0, 32), ...new Uint8Array(32).fill(255))],
    ['an s of zero', Uint8Array.of(...low.slice(0, 32), ...new Uint8Array(32))],
  ])('refuses %s', (_, signature) => {
    expect(() => attachSignature(prepared.signingInput, signature)).toThrow(refusal('statement-signature'));
  });
});

describe('attack:', () => {
  it('a second statement out of one, with another signature or spelling, is none or the same', () => {
    const parts = jws.split('.');
    const low = decodeBase64url(parts[2]!);
    const spellings = parts.flatMap((part, i) => {
      const last = String.fromCharCode(part.charCodeAt(part.length - 1) + 1);
      const others = [`${part}=`, `${part}==`, ` ${part}`, `${part}\n`, `${part}A`, part.slice(0, -1) + last];
      return others.map((other) => parts.with(i, other).join('.'));
    });
    const twins = [`${prepared.signingInput}.${encodeBase64url(twin(low))}`];
    for (const text of [...spellings, ...twins]) {
      expect(() => {
        verifyStatementSignature(parseStatement(text, sha256), alpha.publicKey, primitives);
      }, text).toThrow(expect.objectContaining({ name: 'ProtocolError' }) as Error);
    }
    // The issuer alone can sign the same again: other bytes, the same identity.
    const again = Uint8Array.from(low, (byte, at) => (at === 40 ? byte ^ 1 : byte));
    const resigned = parseStatement(attachSignature(prepared.signingInput, again), sha256);
    expect(resigned.id).toBe(prepared.id);
  });

  it('guessing what is hidden: neither the digests nor their number and order tell a claim', () => {
    const statement = parseStatement(jws, sha256);
    const guesses = CLAIM_NAMES.map((name) => `["","${name}",${JSON.stringify(input.claims[name])}]`);
    for (const guess of guesses) {
      const digest = encodeBase64url(sha256(utf8Encode(encodeBase64url(utf8Encode(guess)))));
      expect(statement.digests).not.toContain(digest);
    }
    const bare = { ...input.claims, reason: null, corrects: null };
    const other = prepareStatement({ ...input, claims: bare, salts: testSalts('other') }, sha256);
    const bytes = (signingInput: string): number => signingInput.length;
    expect(bytes(other.signingInput)).toBe(bytes(prepared.signingInput));
    expect(statement.digests).toHaveLength(10);
    expect(statement.digests).toEqual(statement.digests.toSorted());
  });
});

describe('claims and facts', () => {
  it('are refused with an event that the role table does not have', () => {
    const uri = 'http://uri.etsi.org/19522/Event/Sending';
    expect(() => claimsOf({ ...facts, event: 'lost' as 'sent' })).toThrow(refusal('claim', 'event'));
    expect(() => factsOf({ ...input.claims, event: uri })).toThrow(refusal('claim', 'event'));
  });
});

describe('openDisclosures', () => {
  const statement = parseStatement(jws, sha256);

  it('opens none', () => {
    expect(openDisclosures(statement, [], sha256)).toEqual({});
  });

  it('leads back to the facts', () => {
    const claims = openDisclosures(statement, prepared.disclosures, sha256) as typeof input.claims;
    expect(factsOf(claims)).toEqual(facts);
  });

  it('refuses the disclosures of another statement', () => {
    const other = prepareStatement({ ...input, salts: testSalts('other') }, sha256);
    expect(() => openDisclosures(statement, other.disclosures, sha256)).toThrow(
      refusal('disclosure', 'event'),
    );
  });
});

/** (r, n - s): the other signature that verifies. */
function twin(signature: Uint8Array): Uint8Array {
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
  const other = (n - s).toString(16).padStart(64, '0');
  return Uint8Array.of(...signature.subarray(0, 32), ...Buffer.from(other, 'hex'));
}
