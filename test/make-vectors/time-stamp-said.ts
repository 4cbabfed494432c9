import {
  asn1,
  commonName,
  integer,
  octets,
  oid,
  sequence,
  set,
  tagged,
  truth,
} from '../../libs/time-stamp/test/asn1.ts';
import {
  attribute,
  attributesOf,
  CONTENT_TYPE,
  digest,
  extension,
  hashAlgorithm,
  MESSAGE_DIGEST,
  signingCertificates,
  TEST_AUTHORITY,
  testKey,
  TST_INFO,
  tstInfo,
} from '../../libs/time-stamp/test/authority.ts';
import { MESSAGE, ROOT_NAME, signer, TIME, type TimeStampCase, usual } from './time-stamp-case.ts';

const info = tstInfo({ message: Buffer.from(MESSAGE), time: TIME });
const ATTRIBUTES = attributesOf({
  info,
  key: TEST_AUTHORITY.key,
  certificate: TEST_AUTHORITY.signer,
  sid: TEST_AUTHORITY.sid,
}).toSorted((a, b) => Buffer.compare(a, b));
const [CONTENT, DIGEST, SIGNING] = [CONTENT_TYPE, MESSAGE_DIGEST, '1.2.840.113549.1.9.16.2.47'].map((type) =>
  ATTRIBUTES.find((one) => Buffer.from(one).includes(Buffer.from(oid(type))))!,
) as [Uint8Array, Uint8Array, Uint8Array];

/** The usual token, properly signed over these attributes. */
function withAttributes(...attributes: readonly Uint8Array[]): Uint8Array {
  return usual({ attributes: attributes.toSorted((a, b) => Buffer.compare(a, b)) });
}

/** A token whose TSTInfo is this, properly signed. */
function saying(...parts: readonly Uint8Array[]): Uint8Array {
  return usual({ info: sequence(...parts) });
}

/** The parts of the usual TSTInfo, with the time as this text. */
function atTime(text: string): Uint8Array {
  const imprint = sequence(hashAlgorithm('sha512'), octets(digest('sha512', Buffer.from(MESSAGE))));
  const policy = oid('1.3.6.1.4.1.13762.3');
  return saying(integer(1), policy, imprint, integer(4711), asn1(0x18, Buffer.from(text)));
}

/** What a token says and signs. */
export const INVALID_SAID: readonly TimeStampCase[] = [
  {
    name: 'other-message',
    comment: 'A token of something else.',
    code: 'imprint',
    token: usual({}, { message: Buffer.from('something else') }),
  },
  {
    name: 'imprint-sha256',
    comment: 'An imprint by SHA-256.',
    code: 'imprint',
    token: usual({}, { imprintHash: 'sha256' }),
  },
  {
    name: 'imprint-sha1',
    comment: 'An imprint by SHA-1.',
    code: 'algorithm',
    token: saying(
      integer(1),
      oid('1.3.6.1.4.1.13762.3'),
      sequence(sequence(oid('1.3.14.3.2.26')), octets(new Uint8Array(20))),
      integer(4711),
      asn1(0x18, Buffer.from('20261122120000Z')),
    ),
  },
  {
    name: 'info-version',
    comment: 'A TSTInfo of version 2.',
    code: 'malformed',
    token: usual({}, { version: 2 }),
  },
  ...(
    [
      ['time-without-zone', 'A time that is not in UTC.', '20261122120000'],
      ['time-with-offset', 'A time with an offset.', '20261122120000+0000'],
      ['time-without-seconds', 'A time without seconds.', '202611221200Z'],
      ['time-fraction-zero', 'A fraction that ends in a zero.', '20261122120000.50Z'],
      ['time-fraction-empty', 'A point, and no fraction.', '20261122120000.Z'],
      ['time-fraction-comma', 'A fraction after a comma.', '20261122120000,5Z'],
      ['time-no-day', 'The 30th of February.', '20260230120000Z'],
      ['time-leap-second', 'A leap second.', '20261231235960Z'],
    ] as const
  ).map(([name, comment, text]): TimeStampCase => ({
    name,
    comment,
    code: 'malformed',
    token: atTime(text),
  })),
  {
    name: 'accuracy-thousand',
    comment: 'An accuracy of 1000 milliseconds.',
    code: 'malformed',
    token: usual({}, { more: [sequence(asn1(0x80, Uint8Array.of(0x03, 0xe8)))] }),
  },
  {
    name: 'accuracy-negative',
    comment: 'A negative accuracy.',
    code: 'malformed',
    token: usual({}, { more: [sequence(asn1(2, Uint8Array.of(0xff)))] }),
  },
  {
    name: 'ordering-false',
    comment: 'A default that is written out.',
    code: 'malformed',
    token: usual({}, { more: [truth(false)] }),
  },
  {
    name: 'info-surplus',
    comment: 'A member of TSTInfo that there is not.',
    code: 'malformed',
    token: usual({}, { more: [tagged(2, integer(1))] }),
  },
  {
    name: 'info-critical-extension',
    comment: 'A critical extension of TSTInfo.',
    code: 'critical-extension',
    token: usual({}, { more: [tagged(1, extension('1.3.6.1.5.5.7.1.3', sequence(), true))] }),
  },
  {
    name: 'info-critical-false',
    comment: 'An extension of TSTInfo whose default of critical is written out.',
    code: 'malformed',
    token: usual(
      {},
      { more: [tagged(1, sequence(oid('1.3.6.1.5.5.7.1.3'), truth(false), octets(sequence())))] },
    ),
  },

  {
    name: 'no-signing-certificate',
    comment: 'No attribute signing-certificate-v2: another certificate of the same key could take its place.',
    code: 'signer',
    token: withAttributes(CONTENT, DIGEST),
  },
  {
    name: 'signing-certificate-v1',
    comment: 'Only the older attribute signing-certificate, by SHA-1.',
    code: 'signer',
    token: withAttributes(
      CONTENT,
      DIGEST,
      attribute('1.2.840.113549.1.9.16.2.12', sequence(sequence(sequence(octets(new Uint8Array(20)))))),
    ),
  },
  {
    name: 'signing-certificate-other',
    comment: 'signing-certificate-v2 of another certificate.',
    code: 'signer',
    token: withAttributes(CONTENT, DIGEST, signingCertificates(signer({ serial: 9 }))),
  },
  {
    name: 'signing-certificate-serial',
    comment: 'signing-certificate-v2 with the right digest and another serial number.',
    code: 'signer',
    token: withAttributes(
      CONTENT,
      DIGEST,
      attribute(
        '1.2.840.113549.1.9.16.2.47',
        sequence(
          sequence(
            sequence(
              octets(digest('sha256', TEST_AUTHORITY.signer)),
              sequence(sequence(tagged(4, commonName(ROOT_NAME))), integer(3)),
            ),
          ),
        ),
      ),
    ),
  },
  {
    name: 'no-message-digest',
    comment: 'No attribute messageDigest.',
    code: 'malformed',
    token: withAttributes(CONTENT, SIGNING),
  },
  {
    name: 'other-message-digest',
    comment: 'The digest of another TSTInfo.',
    code: 'signature',
    token: withAttributes(CONTENT, attribute(MESSAGE_DIGEST, octets(digest('sha256', octets()))), SIGNING),
  },
  {
    name: 'no-content-type',
    comment: 'No attribute contentType.',
    code: 'malformed',
    token: withAttributes(DIGEST, SIGNING),
  },
  {
    name: 'other-content-type',
    comment: 'The attribute contentType of other data.',
    code: 'malformed',
    token: withAttributes(attribute(CONTENT_TYPE, oid('1.2.840.113549.1.7.1')), DIGEST, SIGNING),
  },
  {
    name: 'attribute-twice',
    comment: 'The attribute contentType twice.',
    code: 'malformed',
    token: withAttributes(CONTENT, CONTENT, DIGEST, SIGNING),
  },
  {
    name: 'attribute-two-values',
    comment: 'The attribute contentType with two values.',
    code: 'malformed',
    token: withAttributes(attribute(CONTENT_TYPE, oid(TST_INFO), oid(TST_INFO)), DIGEST, SIGNING),
  },
  {
    name: 'attributes-unsorted',
    comment: 'Signed attributes that are not in the order of DER.',
    code: 'malformed',
    token: usual({ attributes: ATTRIBUTES.toReversed() }),
  },
  {
    name: 'no-signed-attributes',
    comment: 'No signed attributes: the signature is over TSTInfo alone.',
    code: 'malformed',
    token: withoutAttributes(),
  },
  {
    name: 'signed-by-another',
    comment: 'The signature of another key.',
    code: 'signature',
    token: usual({ key: testKey('another signer') }),
  },
];

function withoutAttributes(): Uint8Array {
  return usual({
    signedData: ({ version, digests, content, certificates }) => [
      version,
      digests,
      content,
      certificates,
      set(
        sequence(
          integer(1),
          TEST_AUTHORITY.sid,
          hashAlgorithm('sha256'),
          sequence(oid('1.2.840.10045.4.3.2')),
          octets(TEST_AUTHORITY.key.sign(info, 'sha256')),
        ),
      ),
    ],
  });
}
