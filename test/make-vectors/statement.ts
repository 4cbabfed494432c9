import {
  attachSignature,
  type Claims,
  CLAIM_NAMES,
  type ClaimName,
  claimsOf,
  composeSdJwt,
  encodeBase64url,
  eventByShortName,
  prepareStatement,
  utf8Encode,
} from '@besure/protocol';
import { createHash } from 'node:crypto';
import { testCertificate, testKey, testSalts, type TestKey } from '../../libs/protocol/test/material.ts';
import { CLAIM_FAULTS, ROLE_FAULTS } from './claim-faults.ts';
import { DISCLOSURE_FAULTS } from './disclosure-faults.ts';
import { FORM_FAULTS } from './form-faults.ts';
import { SD_JWT_FAULTS } from './sd-jwt-faults.ts';
import { CLAIMS, type ExpectedError, FACTS, IAT, type Vector } from './vector.ts';

const alpha = testKey('alpha');
const beta = testKey('beta');

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

interface Case {
  readonly name: string;
  readonly comment: string;
  readonly claims?: Claims;
  readonly issuer?: TestKey;
  readonly iat?: number;
  readonly certificates?: readonly Uint8Array[];
  /** Which claims are shown; all of them by default. */
  readonly show?: readonly ClaimName[];
}

const reason = 'http://uri.etsi.org/19522/EventReason/R_ERDS_RecipientRefused';

/** Of each range of rules.ts the character before and the one after, as far as these are allowed. */
const BESIDE_THE_DECEPTIVE = String.fromCodePoint(
  ...[0x21, 0x7e, 0xa1, 0xac, 0xae, 0x34e, 0x350, 0x61b, 0x61d, 0x115e, 0x1161, 0x167f, 0x1681, 0x17b3],
  ...[0x17b6, 0x180a, 0x1810, 0x1fff, 0x2010, 0x2027, 0x2030, 0x205e, 0x2070, 0x27ff, 0x2801, 0x2fff],
  ...[0x3001, 0x3163, 0x3165, 0xfdff, 0xfe10, 0xfefe, 0xff00, 0xff9f, 0xffa1, 0xffef, 0x10000, 0x1bc9f],
  ...[0x1bca4, 0x1d172, 0x1d17b, 0xdffff, 0xe1000],
);

const QUOTED_MEDIA_TYPE =
  String.raw`a/b; c=!#$%&'*+.^_|~` + '`-A; d="' + String.raw` !#$%&'()*+,-./:;<=>?@[]^_{|}~ "`;

const CASES: readonly Case[] = [
  { name: 'sent', comment: 'A sending, every claim shown.' },
  { name: 'nothing-shown', comment: 'The same, nothing shown: issuer and slot remain.', show: [] },
  {
    name: 'document-hidden',
    comment: 'The second view of a proof: the facts without the document.',
    show: CLAIM_NAMES.filter((name) => name !== 'document'),
  },
  {
    name: 'received',
    comment: 'A receipt, stated by the organisation of the recipient.',
    claims: claimsOf({ ...FACTS, event: 'received' }),
    issuer: beta,
  },
  {
    name: 'refused',
    comment: 'A negative event with its reason.',
    claims: claimsOf({ ...FACTS, event: 'refused', reason }),
    issuer: beta,
  },
  {
    name: 'expired',
    comment: 'The one negative event that needs no reason.',
    claims: claimsOf({ ...FACTS, event: 'expired' }),
    issuer: beta,
  },
  {
    name: 'correction',
    comment: 'A statement that corrects an earlier one: both stay.',
    claims: { ...CLAIMS, corrects: encodeBase64url(sha256(utf8Encode('an earlier statement'))) },
  },
  {
    name: 'other-event',
    comment: 'An event of EN 319 522 that has no short type of its own.',
    claims: claimsOf({ ...FACTS, event: 'consignment-notification' }),
    issuer: beta,
  },
  {
    name: 'two-certificates',
    comment: 'A chain of two certificates: the first holds the key, the second informs.',
    certificates: [testCertificate(alpha), testCertificate(testKey('authority'))],
  },
  {
    name: 'beyond-ascii',
    comment:
      'Identifiers beyond ASCII, one of them outside the basic plane; quotes and backslashes are escaped.',
    claims: { ...CLAIMS, message: 'bericht "één" \\ 𝄞', recipient: { scheme: 'test', id: 'Zoë Müller' } },
  },
  {
    name: 'beside-the-deceptive',
    comment: 'The characters before and after each range that identifiers must not hold: they may.',
    claims: { ...CLAIMS, message: BESIDE_THE_DECEPTIVE },
  },
  {
    name: 'longest-identifier',
    comment: '256 UTF-16 code units: 128 characters outside the basic plane.',
    claims: { ...CLAIMS, message: '𝄞'.repeat(128) },
  },
  {
    name: 'reason-512',
    comment: 'The longest URI that a reason may be: 512 characters.',
    claims: claimsOf({ ...FACTS, event: 'refused', reason: `urn:${'a'.repeat(508)}` }),
    issuer: beta,
  },
  {
    name: 'time-first',
    comment: 'The first moment that can be claimed, and signed.',
    claims: { ...CLAIMS, time: '1970-01-01T00:00:00.000Z' },
    iat: 0,
  },
  {
    name: 'time-last',
    comment: 'The last moment that can be claimed, and signed: the end of the year 9999.',
    claims: { ...CLAIMS, time: '9999-12-31T23:59:59.999Z' },
    iat: 253_402_300_799,
  },
  {
    name: 'time-leap-day',
    comment: '29 February of a year that has one.',
    claims: { ...CLAIMS, time: '2400-02-29T23:59:59.999Z' },
  },
  {
    name: 'size-largest',
    comment: 'A document of 2^53 - 1 bytes.',
    claims: { ...CLAIMS, document: { ...FACTS.document, size: Number.MAX_SAFE_INTEGER } },
  },
  {
    name: 'media-type-quoted',
    comment: 'A media type whose parameters hold every character that they may.',
    claims: { ...CLAIMS, document: { ...FACTS.document, mediaType: QUOTED_MEDIA_TYPE } },
  },
  {
    name: 'empty-document',
    comment: 'A document of no bytes, a media type with a parameter.',
    claims: { ...CLAIMS, document: { ...FACTS.document, mediaType: 'text/plain; charset=utf-8', size: 0 } },
  },
];

function valid({
  name,
  comment,
  claims = CLAIMS,
  issuer = alpha,
  iat = IAT,
  certificates,
  show = CLAIM_NAMES,
}: Case): Vector {
  const prepared = prepareStatement(
    {
      claims,
      issuer: issuer.name,
      iat,
      certificates: certificates ?? [testCertificate(issuer)],
      salts: testSalts(`statement ${name}`),
    },
    sha256,
  );
  const shown = CLAIM_NAMES.filter((claim) => show.includes(claim));
  const jws = attachSignature(prepared.signingInput, issuer.sign(utf8Encode(prepared.signingInput)));
  const disclosures = shown.map((claim) => prepared.disclosures[CLAIM_NAMES.indexOf(claim)]!);
  return {
    format: 'statement',
    kind: 'valid',
    name,
    content: {
      comment,
      publicKey: encodeBase64url(issuer.publicKey),
      sdJwt: composeSdJwt(jws, disclosures),
      jws,
      disclosures,
      id: prepared.id,
      issuer: issuer.name,
      iat,
      claims: Object.fromEntries(shown.map((claim) => [claim, claims[claim]])),
    },
  };
}

/** Statements that verify. */
export function validStatements(): Vector[] {
  if (eventByShortName('sent')?.uri !== CLAIMS.event) throw new Error('the role table has changed');
  return CASES.map(valid);
}

/** Statements that must be refused, each for one fault. */
export function invalidStatements(): Vector[] {
  const publicKey = encodeBase64url(alpha.publicKey);
  const invalid = (name: string, comment: string, error: ExpectedError, sdJwt: string): Vector => ({
    format: 'statement',
    kind: 'invalid',
    name,
    content: { comment, publicKey, sdJwt, error },
  });
  return [
    ...SD_JWT_FAULTS.map((fault) => invalid(...fault)),
    ...[...FORM_FAULTS, ...DISCLOSURE_FAULTS, ...CLAIM_FAULTS, ...ROLE_FAULTS].map(
      ([name, comment, error, jws, shown = []]) => invalid(name, comment, error, composeSdJwt(jws, shown)),
    ),
  ];
}
