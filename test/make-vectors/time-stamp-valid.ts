import {
  integer,
  octets,
  oid,
  sequence,
  tagged,
  truth,
  utcTime,
  asn1,
  commonName,
} from '../../libs/time-stamp/test/asn1.ts';
import {
  attribute,
  CONTENT_TYPE,
  digest,
  ECDSA_SHA1,
  extension,
  hashAlgorithm,
  MESSAGE_DIGEST,
  signingCertificates,
  TEST_AUTHORITY,
  testKey,
  TST_INFO,
  tstInfo,
} from '../../libs/time-stamp/test/authority.ts';
import {
  always,
  intermediate,
  intermediateKey,
  MESSAGE,
  root,
  ROOT_NAME,
  signedBelow,
  signer,
  TIME,
  type TimeStampCase,
  usual,
} from './time-stamp-case.ts';

const accuracy = (...parts: readonly Uint8Array[]): Uint8Array => sequence(...parts);
const SIGNING_TIME = '1.2.840.113549.1.9.5';
const highIntermediate = intermediate({ highS: true });
const belowIntermediate = signer({ issuer: 'BeSure test intermediate 1', issuerKey: intermediateKey });

/** The attributes of the usual token, but signing-certificate-v2. */
function attributesWith(signing: Uint8Array): Uint8Array[] {
  const info = tstInfo({ message: Buffer.from(MESSAGE), time: TIME });
  return [
    attribute(CONTENT_TYPE, oid(TST_INFO)),
    attribute(MESSAGE_DIGEST, octets(digest('sha256', info))),
    signing,
  ].toSorted((a, b) => Buffer.compare(a, b));
}

/** signing-certificate-v2 that names hash, issuer and serial number, too. */
function signingCertificateInFull(): Uint8Array {
  const names = sequence(tagged(4, commonName(ROOT_NAME)));
  const id = sequence(
    hashAlgorithm('sha512'),
    octets(digest('sha512', TEST_AUTHORITY.signer)),
    sequence(names, integer(2)),
  );
  const policies = sequence(sequence(oid('1.3.6.1.4.1.13762.3')));
  return attribute('1.2.840.113549.1.9.16.2.47', sequence(sequence(id), policies));
}

export const VALID_TIME_STAMPS: readonly TimeStampCase[] = [
  { name: 'usual', comment: 'A signer under a root, P-256 with SHA-256.', token: usual() },
  {
    name: 'signer-as-anchor',
    comment: 'The trust file names the certificate of the signer itself.',
    token: usual(),
    authorities: [always(TEST_AUTHORITY.signer)],
  },
  {
    name: 'intermediate',
    comment: 'An authority stands between the root and the signer.',
    token: signedBelow([intermediate()]),
  },
  {
    name: 'intermediate-as-anchor',
    comment: 'The trust file names the issuing authority: the token holds the signer alone.',
    token: signedBelow([]),
    authorities: [always(intermediate())],
  },
  {
    name: 'intermediate-signed-for',
    comment:
      'An intermediate whose signature has a high s, which is fixed by the digest of it that is signed.',
    token: signedBelow([highIntermediate], {
      attributes: attributesWith(signingCertificates(belowIntermediate, highIntermediate)),
    }),
  },
  {
    name: 'p384-sha384',
    comment: 'P-384 with SHA-384.',
    token: usual({ hash: 'sha384' }, {}, { key: testKey('signer on P-384', 'p384') }),
  },
  {
    name: 'p256-sha512',
    comment: 'P-256 with SHA-512, of which the first 256 bits count.',
    token: usual({ hash: 'sha512' }),
  },
  {
    name: 'second-authority',
    comment: 'The second authority of the trust file; the period of the first is over.',
    token: usual(),
    authorities: [{ ...always(root()), until: TIME }, always(root())],
  },
  {
    name: 'other-authorities',
    comment:
      'Beside the authority, one whose certificate is not readable, and one of the same name with another key.',
    token: usual(),
    authorities: [
      always(Buffer.from('30030a0100', 'hex')),
      always(root({ key: testKey('another root'), issuerKey: testKey('another root') })),
      always(root()),
    ],
  },
  {
    name: 'anchor-signed-by-sha1',
    comment: 'An old root, which signed itself by SHA-1: nobody looks at that signature.',
    token: usual(),
    authorities: [always(root({ algorithm: ECDSA_SHA1 }))],
  },
  {
    name: 'fraction',
    comment: 'A fraction of a second: the time is rounded up.',
    token: usual({}, { fraction: '.000001' }),
  },
  {
    name: 'fine-fraction',
    comment: 'A fraction finer than microseconds.',
    token: usual({}, { fraction: '.9999990001' }),
  },
  {
    name: 'accuracy',
    comment:
      'An accuracy of 1.5 s and a fraction of 0.6 s: the time is the latest that it may have been, rounded up.',
    token: usual({}, { fraction: '.6', more: [accuracy(integer(1), asn1(0x80, Uint8Array.of(0x01, 0xf4)))] }),
  },
  {
    name: 'accuracy-micros',
    comment: 'An accuracy in microseconds alone.',
    token: usual({}, { more: [accuracy(asn1(0x81, Uint8Array.of(1)))] }),
  },
  {
    name: 'all-members',
    comment: 'A TSTInfo with ordering, nonce, name and an extension that is not critical.',
    token: usual(
      {},
      {
        more: [
          accuracy(integer(1)),
          truth(),
          integer(0x1234_5678_9abc_def0n),
          tagged(0, tagged(4, commonName('BeSure test time stamps'))),
          tagged(1, extension('1.3.6.1.5.5.7.1.3', sequence())),
        ],
      },
    ),
  },
  {
    name: 'more-attributes',
    comment: 'A further signed attribute: signingTime.',
    token: usual({ moreAttributes: [attribute(SIGNING_TIME, utcTime(TIME))] }),
  },
  {
    name: 'signing-certificate-in-full',
    comment: 'signing-certificate-v2 with SHA-512, the issuer, the serial number and a policy.',
    token: usual({ attributes: attributesWith(signingCertificateInFull()) }),
  },
];
