import {
  asn1,
  bits,
  integer,
  NULL,
  octets,
  oid,
  sequence,
  set,
  tagged,
} from '../../libs/time-stamp/test/asn1.ts';
import {
  attribute,
  digest,
  extension,
  forTimeStamping,
  type SignedDataParts,
  TEST_AUTHORITY,
} from '../../libs/time-stamp/test/authority.ts';
import { intermediate, root, signedBelow, signer, type TimeStampCase, usual } from './time-stamp-case.ts';

const GOOD = usual();

/** The usual token with SignedData of these parts. */
function wrapped(change: (parts: SignedDataParts) => Partial<SignedDataParts>): Uint8Array {
  return usual({
    signedData: (parts) => {
      const { version, digests, content, certificates, signer: own } = { ...parts, ...change(parts) };
      return [version, digests, content, certificates, set(own)];
    },
  });
}

/** The usual token with the bytes that are found replaced, in the outer lengths too where they grow. */
function replaced(found: Uint8Array, other: Uint8Array): Uint8Array {
  const at = Buffer.from(GOOD).indexOf(found);
  if (at === -1 || found.length !== other.length) throw new Error('nothing is replaced');
  return Buffer.concat([GOOD.subarray(0, at), other, GOOD.subarray(at + found.length)]);
}

/** The usual token in BER: its outermost element of indefinite length. */
function indefinite(): Uint8Array {
  return Buffer.concat([Uint8Array.of(0x30, 0x80), GOOD.subarray(4), Uint8Array.of(0, 0)]);
}

/** The same with three bytes for its length, which two are enough for. */
function longLength(): Uint8Array {
  return Buffer.concat([Uint8Array.of(0x30, 0x83, 0x00), GOOD.subarray(2)]);
}

const emptyRevocationList = sequence(
  sequence(sequence(oid('1.2.840.10045.4.3.2')), sequence(), asn1(0x17, Buffer.from('261122120000Z'))),
  sequence(oid('1.2.840.10045.4.3.2')),
  bits(sequence(integer(1), integer(1))),
);

/** How a token is written: what no signature covers, and its encoding. */
export const INVALID_FORM: readonly TimeStampCase[] = [
  {
    name: 'unsigned-attribute',
    comment: 'An unsigned attribute, as authorities may add: anyone could.',
    code: 'not-canonical',
    token: usual({ unsigned: [attribute('1.2.840.113549.1.9.16.2.14', octets(GOOD))] }),
  },
  {
    name: 'surplus-root',
    comment: 'The certificate of the authority itself, which the trust file has.',
    code: 'not-canonical',
    token: usual({ others: [root()] }),
  },
  {
    name: 'surplus-certificate',
    comment: 'A certificate that is not on the path.',
    code: 'not-canonical',
    token: usual({ others: [signer({ serial: 9 })] }),
  },
  {
    name: 'certificate-twice',
    comment: 'The certificate of the signer twice.',
    code: 'not-canonical',
    token: usual({ others: [signer()] }),
  },
  {
    name: 'surplus-other-certificate',
    comment: 'A certificate of another format.',
    code: 'not-canonical',
    token: wrapped(() => ({ certificates: tagged(0, signer(), tagged(3, oid('1.2.3'), NULL)) })),
  },
  {
    name: 'certificates-unsorted',
    comment: 'Certificates that are not in the order of DER.',
    code: 'not-canonical',
    token: signedBelowUnsorted(),
  },
  {
    name: 'revocation-list',
    comment: 'A revocation list.',
    code: 'not-canonical',
    token: wrapped(({ certificates }) => ({
      certificates: Buffer.concat([certificates, tagged(1, emptyRevocationList)]),
    })),
  },
  {
    name: 'digest-null',
    comment: 'The hash with parameters of NULL, which no signature covers: the profile has them absent.',
    code: 'not-canonical',
    token: usual({ digestParameters: [NULL] }),
  },
  {
    name: 'digests-two',
    comment: 'A second hash in SignedData, which is used by nobody.',
    code: 'not-canonical',
    token: wrapped(() => ({
      digests: set(sequence(oid('2.16.840.1.101.3.4.2.1')), sequence(oid('2.16.840.1.101.3.4.2.3'))),
    })),
  },
  {
    name: 'digests-none',
    comment: 'No hash in SignedData.',
    code: 'not-canonical',
    token: wrapped(() => ({ digests: set() })),
  },
  {
    name: 'high-s',
    comment: 'The twin of the signature, with the high s.',
    code: 'not-canonical',
    token: usual({ highS: true }),
  },
  {
    name: 'intermediate-high-s',
    comment: 'The twin of the signature of an intermediate certificate.',
    code: 'not-canonical',
    token: signedBelow([intermediate({ highS: true })]),
  },
  {
    name: 'by-key-identifier',
    comment: 'The signer is named by its key.',
    code: 'not-canonical',
    token: byKey(),
  },
  {
    name: 'no-certificate',
    comment: 'The certificate of the signer is not in the token.',
    code: 'signer',
    token: wrapped(() => ({ certificates: tagged(0) })),
  },
  {
    name: 'no-certificates',
    comment: 'There are no certificates at all.',
    code: 'signer',
    token: wrapped(() => ({ certificates: new Uint8Array() })),
  },
  {
    name: 'two-signers',
    comment: 'Two signers.',
    code: 'malformed',
    token: usual({
      signedData: ({ version, digests, content, certificates, signer: own }) => [
        version,
        digests,
        content,
        certificates,
        set(own, own),
      ],
    }),
  },
  {
    name: 'no-signer',
    comment: 'No signer.',
    code: 'malformed',
    token: usual({
      signedData: ({ version, digests, content, certificates }) => [
        version,
        digests,
        content,
        certificates,
        set(),
      ],
    }),
  },
  {
    name: 'other-content',
    comment: 'Signed data that say to be no TSTInfo.',
    code: 'malformed',
    token: usual({ contentType: '1.2.840.113549.1.7.1' }),
  },
  { name: 'version', comment: 'SignedData of version 1.', code: 'malformed', token: usual({ version: 1 }) },
  {
    name: 'signer-version',
    comment: 'A signer of version 2.',
    code: 'malformed',
    token: usual({ signerVersion: 2 }),
  },
  {
    name: 'not-signed-data',
    comment: 'A ContentInfo of other data.',
    code: 'malformed',
    token: replaced(oid('1.2.840.113549.1.7.2'), oid('1.2.840.113549.1.7.3')),
  },
  { name: 'indefinite-length', comment: 'BER instead of DER.', code: 'malformed', token: indefinite() },
  {
    name: 'long-length',
    comment: 'A length in more bytes than it needs.',
    code: 'malformed',
    token: longLength(),
  },
  {
    name: 'content-in-parts',
    comment: 'TSTInfo as an octet string in parts, which BER has.',
    code: 'malformed',
    token: wrapped(({ content }) => ({ content: inParts(content) })),
  },
  {
    name: 'trailing-byte',
    comment: 'A byte too many.',
    code: 'malformed',
    token: Buffer.concat([GOOD, Uint8Array.of(0)]),
  },
  { name: 'cut', comment: 'A byte too few.', code: 'malformed', token: GOOD.subarray(0, -1) },
  { name: 'empty', comment: 'No bytes.', code: 'malformed', token: new Uint8Array() },
  {
    name: 'too-long',
    comment: 'A token of more than 16 384 bytes.',
    code: 'malformed',
    token: usual({ unsigned: [attribute('1.2.840.113549.1.9.16.2.14', octets(new Uint8Array(16_000)))] }),
  },
  {
    name: 'hash-sha1',
    comment: 'Signed by SHA-1.',
    code: 'algorithm',
    token: replacedHash(),
  },
  {
    name: 'two-hashes',
    comment: 'The signature is by another hash than the digest.',
    code: 'algorithm',
    token: usual({ signatureHash: 'sha512' }),
  },
];

function signedBelowUnsorted(): Uint8Array {
  return signedBelow([intermediate()], {
    signedData: ({ version, digests, content, certificates, signer: own }) => {
      const inside = certificates.subarray(4);
      const first = 4 + ((inside[2]! << 8) | inside[3]!);
      return [
        version,
        digests,
        content,
        tagged(0, inside.subarray(first), inside.subarray(0, first)),
        set(own),
      ];
    },
  });
}

function byKey(): Uint8Array {
  const identifier = digest('sha256', TEST_AUTHORITY.key.info).subarray(0, 20);
  return usual(
    { signerVersion: 3, sid: asn1(0x80, identifier) },
    {},
    { extensions: [forTimeStamping(), extension('2.5.29.14', octets(identifier))] },
  );
}

function inParts(content: Uint8Array): Uint8Array {
  const info = content.subarray(content.indexOf(0xa0) + 2);
  return sequence(oid('1.2.840.113549.1.9.16.1.4'), tagged(0, asn1(0x24, info)));
}

function replacedHash(): Uint8Array {
  return usual({
    signedData: ({ version, digests, content, certificates, signer: own }) => [
      version,
      digests,
      content,
      certificates,
      set(withSha1(own)),
    ],
  });
}

/** The signer with the identifier of SHA-1, which is shorter, in place of that of SHA-256. */
function withSha1(own: Uint8Array): Uint8Array {
  const body = Buffer.from(own.subarray(own[1]! < 0x80 ? 2 : own[1] === 0x81 ? 3 : 4));
  const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'));
  const at = body.indexOf(sha256);
  return sequence(body.subarray(0, at), sequence(oid('1.3.14.3.2.26')), body.subarray(at + sha256.length));
}
