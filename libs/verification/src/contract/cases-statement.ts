import { changed, disclosureOf, highS, redisclosed, resplit, reworded, scene, staged } from './case-tools.ts';
import { decodeBase64, decodeHex, encodeBase64, equalBytes, formatEvidence } from '@besure/protocol';
import type { EvidenceCase } from './cases.ts';
import { type MadeStatement, Network } from './network.ts';

const RECEIVED = { event: 'http://uri.etsi.org/19522/Event/ContentHandover' };
const SALT = 'AAAAAAAAAAAAAAAAAAAAAA';

/** Alpha's disclosure of one claim, changed before the statement was signed over it. */
function withClaim(place: number, text: string): (network: Network) => MadeStatement {
  return (network) =>
    redisclosed(network, (all) => all.map((one, i) => (i === place ? disclosureOf(text) : one)));
}

/** The last byte of the name of P-256 in a certificate (1.2.840.10045.3.1.7). */
function endOfCurve(der: Uint8Array): number {
  const name = decodeHex('2a8648ce3d030107');
  const start = der.findIndex((_, at) => equalBytes(der.subarray(at, at + name.length), name));
  return start + name.length - 1;
}

/** Alpha's statement with its certificate changed, and signed so. */
function recertified(network: Network, change: (der: Uint8Array) => Uint8Array): MadeStatement {
  return reworded(network, {
    header: (text) =>
      text.replace(
        /"x5c":\["([^"]*)"/,
        (_, der: string) => `"x5c":["${encodeBase64(change(decodeBase64(der)))}"`,
      ),
  });
}

/** The statement, its issuer, its signature and what is shown of it. */
export const statementCases: readonly EvidenceCase[] = [
  changed(
    'key-binding',
    'A JWT after the disclosures: statements have no key binding.',
    'statement-malformed',
    ({ evidence }) => ({
      ...evidence,
      statement: `${evidence.statement}eyJhbGciOiJFUzI1NiJ9.e30.AAAA`,
    }),
  ),
  staged('nine-digests', 'One digest less than ten.', 'statement-malformed', {
    statement: (network) => reworded(network, { payload: (text) => text.replace(/,"[^"]*"\]/, ']') }),
    show: [],
  }),
  staged(
    'eleven-digests',
    'A decoy: an eleventh digest, behind which a second truth could hide.',
    'statement-malformed',
    {
      statement: (network) =>
        reworded(network, { payload: (text) => text.replace('"_sd":["', `"_sd":["${'A'.repeat(43)}","`) }),
    },
  ),
  staged(
    'unsorted-digests',
    'Digests in the order of the claims would tell which is which.',
    'statement-malformed',
    {
      statement: (network) =>
        reworded(network, { payload: (text) => text.replace(/\["([^"]*)","([^"]*)"/, '["$2","$1"') }),
    },
  ),
  staged('digest-twice', 'One digest twice.', 'statement-malformed', {
    statement: (network) =>
      reworded(network, { payload: (text) => text.replace(/\["([^"]*)","([^"]*)"/, '["$1","$1"') }),
    show: [],
  }),
  staged('claim-in-clear', 'A claim that cannot be hidden, beside the ten.', 'statement-malformed', {
    statement: (network) => reworded(network, { payload: (text) => text.replace('"iss"', '"exp":1,"iss"') }),
  }),
  staged('other-algorithm', 'A header that names another algorithm.', 'statement-malformed', {
    statement: (network) => reworded(network, { header: (text) => text.replace('ES256', 'none') }),
  }),
  staged('other-type', 'A JWT of another type, signed by the same key.', 'statement-malformed', {
    statement: (network) =>
      reworded(network, { header: (text) => text.replace('besure-statement-v1+sd-jwt', 'JWT') }),
  }),
  staged('surplus-header', 'A header with one member more.', 'statement-malformed', {
    statement: (network) => reworded(network, { header: (text) => text.replace('"typ"', '"kid":"1","typ"') }),
  }),
  staged('certificate-unreadable', 'What stands as the certificate is none.', 'statement-malformed', {
    statement: (network) => recertified(network, () => Uint8Array.of(0x30, 0x00)),
  }),
  staged('certificate-cut', 'A certificate that ends early.', 'statement-malformed', {
    statement: (network) => recertified(network, (der) => der.slice(0, -1)),
  }),
  staged(
    'certificate-on-another-curve',
    'A certificate that names another curve for its key.',
    'statement-malformed',
    {
      statement: (network) => recertified(network, (der) => der.with(endOfCurve(der), 0x22)),
    },
  ),
  staged('payload-with-space', 'A payload that is not in its one text.', 'statement-malformed', {
    statement: (network) => reworded(network, { payload: (text) => text.replace(',"iat":', ', "iat":') }),
  }),
  {
    name: 'issuer-not-a-member',
    comment: 'Stated by mallory, who is no member, and recorded as if by alpha.',
    code: 'issuer-unknown',
    make: () => {
      const network = new Network();
      const statement = network.statement({ issuer: 'mallory' });
      const countersignature = network.countersignature(statement);
      const recording = network.recording(network.record('alpha', statement, countersignature));
      return {
        evidence: formatEvidence(network.evidence(statement, countersignature, [recording])),
        trust: network.trust,
      };
    },
  },
  staged(
    'issuer-is-the-exchange',
    'Stated by the exchange, which would countersign its own word.',
    'issuer-unknown',
    {
      statement: { issuer: 'exchange' },
    },
  ),
  staged(
    'certificate-of-another',
    'Signed by alpha, but the certificate in the header holds the key of another.',
    'certificate-differs',
    {
      statement: { certificate: 'mallory' },
    },
  ),
  staged(
    'signed-by-another',
    'The certificate is that of alpha, the signature is not.',
    'statement-signature',
    {
      statement: { signer: 'mallory' },
    },
  ),
  staged(
    'another-signs-with-own-certificate',
    'Mallory signs in the name of alpha, with a certificate of her own.',
    'certificate-differs',
    {
      statement: { certificate: 'mallory', signer: 'mallory' },
    },
  ),
  changed(
    'high-s',
    'The second signature that anyone can make from the first: (r, n - s).',
    'statement-signature',
    ({ evidence }) => ({
      ...evidence,
      statement: resplit(evidence.statement, ({ jws, disclosures }) => ({ jws: highS(jws), disclosures })),
    }),
  ),
  changed(
    'signature-of-another-statement',
    'A true signature of alpha, but over another statement.',
    'statement-signature',
    ({ evidence, network }) => {
      const other = network.statement({ claims: { message: 'msg-2026-000124' } }).jws.split('.')[2]!;
      return {
        ...evidence,
        statement: resplit(evidence.statement, ({ jws, disclosures }) => ({
          jws: jws.replace(/[^.]*$/, other),
          disclosures,
        })),
      };
    },
  ),
  changed('other-value', 'A shown claim with another value.', 'disclosure-invalid', ({ evidence }) => ({
    ...evidence,
    statement: resplit(evidence.statement, ({ jws, disclosures }) => ({
      jws,
      disclosures: disclosures.map((one, i) =>
        i === 4 ? disclosureOf(`["${SALT}","sender_org","beta"]`) : one,
      ),
    })),
  })),
  changed(
    'disclosure-of-another-statement',
    'A disclosure of another statement of alpha.',
    'disclosure-invalid',
    ({ evidence, network }) => {
      const other = network.statement({ claims: { message: 'msg-2026-000124' } }).disclosures[7]!;
      return {
        ...evidence,
        statement: resplit(evidence.statement, ({ jws, disclosures }) => ({
          jws,
          disclosures: disclosures.map((one, i) => (i === 7 ? other : one)),
        })),
      };
    },
  ),
  changed(
    'disclosure-twice',
    'One disclosure twice.',
    'disclosure-invalid',
    ({ evidence }) => ({
      ...evidence,
      statement: resplit(evidence.statement, ({ jws, disclosures }) => ({
        jws,
        disclosures: [disclosures[0]!, ...disclosures],
      })),
    }),
    { show: ['event', 'time'] },
  ),
  changed(
    'disclosures-in-another-order',
    'The disclosures in another order: a second text for the same.',
    'disclosure-invalid',
    ({ evidence }) => ({
      ...evidence,
      statement: resplit(evidence.statement, ({ jws, disclosures }) => ({
        jws,
        disclosures: disclosures.toReversed(),
      })),
    }),
  ),
  staged(
    'nested-digests',
    'A claim that holds digests of its own: shown, it would still hide something.',
    'disclosure-invalid',
    {
      statement: withClaim(3, `["${SALT}","sender",{"_sd":["${'A'.repeat(43)}"]}]`),
    },
  ),
  staged('unknown-claim', 'A claim that is none of the ten, in the place of one.', 'disclosure-invalid', {
    statement: withClaim(9, `["${SALT}","remark","urgent"]`),
  }),
  staged('second-truth', 'Two claims of one name under one signature, both shown.', 'disclosure-invalid', {
    statement: withClaim(1, `["${SALT}","event","http://uri.etsi.org/19522/Event/ContentHandover"]`),
  }),
  staged('short-salt', 'A salt that can be guessed.', 'disclosure-invalid', {
    statement: withClaim(9, '["AAAA","corrects",null]'),
  }),
  staged('negative-event-without-reason', 'A negative event that gives no reason.', 'disclosure-invalid', {
    statement: withClaim(0, `["${SALT}","event","http://uri.etsi.org/19522/Event/SubmissionRejection"]`),
  }),
  staged('unknown-event', 'An event that the role table does not have.', 'disclosure-invalid', {
    statement: withClaim(0, `["${SALT}","event","http://uri.etsi.org/19522/Event/Something"]`),
  }),
  staged(
    'sender-states-received',
    'The organisation of the sender states that the document was received.',
    'event-not-allowed',
    {
      statement: { claims: RECEIVED },
    },
  ),
  staged(
    'recipient-states-sent',
    'The organisation of the recipient states that the document was sent.',
    'event-not-allowed',
    {
      statement: { issuer: 'beta' },
    },
  ),
  staged(
    'role-with-less-shown',
    'The same, with no more shown than what it takes to see it.',
    'event-not-allowed',
    {
      statement: { claims: RECEIVED },
      show: ['event', 'recipient_org'],
    },
  ),
  {
    name: 'signing-time-too-fine',
    comment: 'An iat within a slot: it would tell the hidden moment to the second.',
    code: 'signing-time-invalid',
    make: () => {
      const network = new Network();
      const { evidence } = scene({ statement: { iat: network.iat(1100) + 1 } });
      return { evidence: formatEvidence(evidence), trust: network.trust };
    },
  },
  staged('signing-time-before-all-slots', 'An iat before the first slot.', 'signing-time-invalid', {
    statement: { iat: 0 },
  }),
];
