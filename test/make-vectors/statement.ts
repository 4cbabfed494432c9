import {
  attachSignature,
  type Claims,
  CLAIM_NAMES,
  type ClaimName,
  claimsOf,
  encodeBase64url,
  eventByShortName,
  prepareStatement,
  utf8Encode,
} from '@besure/protocol';
import { createHash } from 'node:crypto';
import { testCertificate, testKey, testSalts, type TestKey } from '../../libs/protocol/test/material.ts';
import { CLAIM_FAULTS, DISCLOSURE_FAULTS } from './disclosure-faults.ts';
import { FORM_FAULTS } from './form-faults.ts';
import { CLAIMS, FACTS, IAT, type Vector } from './vector.ts';

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
  readonly certificates?: readonly Uint8Array[];
  /** Which claims are shown; all of them by default. */
  readonly show?: readonly ClaimName[];
}

const reason = 'http://uri.etsi.org/19522/EventReason/R_ERDS_RecipientRefused';

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
  certificates,
  show = CLAIM_NAMES,
}: Case): Vector {
  const prepared = prepareStatement(
    {
      claims,
      issuer: issuer.name,
      iat: IAT,
      certificates: certificates ?? [testCertificate(issuer)],
      salts: testSalts(`statement ${name}`),
    },
    sha256,
  );
  const shown = CLAIM_NAMES.filter((claim) => show.includes(claim));
  return {
    format: 'statement',
    kind: 'valid',
    name,
    content: {
      comment,
      publicKey: encodeBase64url(issuer.publicKey),
      jws: attachSignature(prepared.signingInput, issuer.sign(utf8Encode(prepared.signingInput))),
      disclosures: shown.map((claim) => prepared.disclosures[CLAIM_NAMES.indexOf(claim)]!),
      id: prepared.id,
      issuer: issuer.name,
      iat: IAT,
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
  return [...FORM_FAULTS, ...DISCLOSURE_FAULTS, ...CLAIM_FAULTS].map(
    ([name, comment, error, jws, shown = []]) => ({
      format: 'statement',
      kind: 'invalid',
      name,
      content: { comment, publicKey: encodeBase64url(alpha.publicKey), jws, disclosures: shown, error },
    }),
  );
}
