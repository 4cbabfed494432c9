import {
  attachSignature,
  CLAIM_NAMES,
  type DocumentDigest,
  encodeBase64url,
  formatEvidence,
  utf8Encode,
} from '@besure/protocol';
import { changed, highS, staged } from './case-tools.ts';
import type { EvidenceCase } from './cases.ts';
import { DOCUMENT, type MadeStatement, Network, sealOf } from './network.ts';

/** A countersignature of any header and payload, signed by the exchange. */
function countersigned(header: string, payload: object): string {
  const part = (text: string): string => encodeBase64url(utf8Encode(text));
  const signingInput = `${part(header)}.${part(JSON.stringify(payload))}`;
  return attachSignature(signingInput, sealOf('exchange').sign(utf8Encode(signingInput)));
}

/** The statement names the document at hand in all but one member: each of them has to be compared. */
function documentClaimed(name: string, comment: string, change: Partial<DocumentDigest>): EvidenceCase {
  const statement = (network: Network): MadeStatement =>
    network.statement({ claims: { document: { ...network.claims().document, ...change } } });
  return staged(name, comment, 'document-differs', { statement }, { document: DOCUMENT });
}

const HEADER = '{"alg":"ES256","typ":"besure-countersignature-v1+jws"}';

/** The countersignature of the exchange. */
export const agreementCases: readonly EvidenceCase[] = [
  staged(
    'countersignature-of-other-type',
    'Something else that the exchange signed.',
    'countersignature-malformed',
    {
      countersignature: (network, { id: statement }) =>
        countersigned(HEADER.replace('countersignature', 'statement'), {
          checked: CLAIM_NAMES,
          iat: network.iat(1100),
          iss: 'exchange',
          statement,
          tolerance: 60,
        }),
    },
  ),
  staged(
    'countersignature-with-surplus',
    'A member that the format does not have.',
    'countersignature-malformed',
    {
      countersignature: (network, { id: statement }) =>
        countersigned(HEADER, {
          checked: CLAIM_NAMES,
          iat: network.iat(1100),
          iss: 'exchange',
          note: 'but see annex',
          statement,
          tolerance: 60,
        }),
    },
  ),
  staged('checked-out-of-order', 'The checked claims in another order.', 'countersignature-malformed', {
    countersignature: (network, { id: statement }) =>
      countersigned(HEADER, {
        checked: CLAIM_NAMES.toReversed(),
        iat: network.iat(1100),
        iss: 'exchange',
        statement,
        tolerance: 60,
      }),
  }),
  staged(
    'countersigned-by-a-member',
    'Countersigned by beta, who is a member but not the exchange.',
    'countersigner-unknown',
    {
      countersignature: (network, made) => network.countersignature(made, { issuer: 'beta', signer: 'beta' }),
    },
  ),
  staged('countersigned-by-the-issuer', 'The issuer agrees with itself.', 'countersigner-unknown', {
    countersignature: (network, made) => network.countersignature(made, { issuer: 'alpha', signer: 'alpha' }),
  }),
  staged(
    'countersigned-in-its-name',
    'Beta signs in the name of the exchange.',
    'countersignature-signature',
    {
      countersignature: (network, made) => network.countersignature(made, { signer: 'beta' }),
    },
  ),
  staged(
    'countersignature-high-s',
    'The second signature that anyone can make from the first.',
    'countersignature-signature',
    {
      countersignature: (network, made) => highS(network.countersignature(made)),
    },
  ),
  staged(
    'countersignature-of-another-statement',
    'A true countersignature, but of another statement.',
    'countersignature-elsewhere',
    {
      countersignature: (network) =>
        network.countersignature(network.statement({ claims: { message: 'msg-2026-000124' } })),
    },
  ),
  {
    name: 'countersigning-time-too-fine',
    comment: 'An iat within a slot: it would tell a hidden moment almost to the second.',
    code: 'signing-time-invalid',
    make: () => {
      const network = new Network();
      const statement = network.statement();
      const countersignature = network.countersignature(statement, { iat: network.iat(1100) + 61 });
      const recording = network.recording(network.record('alpha', statement, countersignature));
      return {
        evidence: formatEvidence(network.evidence(statement, countersignature, [recording])),
        trust: network.trust,
      };
    },
  },
  staged(
    'countersignature-older-than-the-statement',
    'An agreement that says it was signed in the slot before the statement was.',
    'signing-time-invalid',
    { countersignature: (network, made) => network.countersignature(made, { iat: network.iat(1099) }) },
  ),
  staged(
    'countersigned-after-the-slot',
    'An agreement that says it was signed after the slot in which it is recorded.',
    'signed-after-slot',
    { countersignature: (network, made) => network.countersignature(made, { iat: network.iat(1101) }) },
  ),
  {
    name: 'countersignature-never-recorded',
    comment:
      'Recorded alone, and a countersignature pasted in: it could be made decades later, with a stolen key.',
    code: 'countersignature-unrecorded',
    make: () => {
      const network = new Network();
      const statement = network.statement();
      const recording = network.recording(network.record('alpha', statement, null));
      const countersignature = network.countersignature(statement);
      return {
        evidence: formatEvidence(network.evidence(statement, countersignature, [recording])),
        trust: network.trust,
      };
    },
  },
  changed(
    'countersignature-removed',
    'The countersignature taken out of evidence that had one.',
    'not-in-log',
    ({ evidence }) => ({
      ...evidence,
      countersignature: null,
    }),
  ),
  {
    name: 'other-document',
    comment: 'The document at hand is not the one that the statement is about.',
    code: 'document-differs',
    make: () => {
      const network = new Network();
      return { evidence: network.completeFile(), trust: network.trust, document: DOCUMENT.slice(1) };
    },
  },
  staged(
    'document-of-the-same-size',
    'A document of the same size, with one bit changed.',
    'document-differs',
    {},
    { document: DOCUMENT.map((byte, i) => (i === 20 ? byte ^ 1 : byte)) },
  ),
  documentClaimed('claimed-size-differs', 'Both digests are those of the document, the size is not.', {
    size: 45,
  }),
  documentClaimed('claimed-sha256-differs', 'SHA-256 broken or not, SHA3-512 alone does not do.', {
    sha256: encodeBase64url(new Uint8Array(32)),
  }),
  documentClaimed(
    'claimed-sha3-512-differs',
    'And SHA-256 alone does not either: the other one is for when it breaks.',
    {
      sha3_512: encodeBase64url(new Uint8Array(64)),
    },
  ),
];
