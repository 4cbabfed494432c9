import { bits, integer, NULL, octets, oid, sequence, truth } from '../../libs/time-stamp/test/asn1.ts';
import {
  certificate,
  type CertificateOptions,
  DIGITAL_SIGNATURE,
  ECDSA_SHA1,
  extension,
  forTimeStamping,
  isCa,
  KEY_CERT_SIGN,
  keyUsage,
  TEST_AUTHORITY,
  testKey,
} from '../../libs/time-stamp/test/authority.ts';
import {
  always,
  intermediate,
  intermediateKey,
  root,
  ROOT_NAME,
  signedBelow,
  TIME,
  type TimeStampCase,
  usual,
} from './time-stamp-case.ts';

const KEY_ENCIPHERMENT = 2;
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const critical = extension('1.2.3.4', octets(), true);

/** A token of the usual signer with another certificate. */
function bySigner(options: Partial<CertificateOptions>): Uint8Array {
  return usual({}, {}, options);
}

/** A token below an intermediate with these extensions. */
function belowWith(...extensions: readonly Uint8Array[]): Uint8Array {
  return signedBelow([intermediate({ extensions })]);
}

/** `count` authorities between root and signer. */
function longChain(count: number, pathLength?: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const n = i + 1;
    const isTop = n === count;
    return certificate({
      subject: `BeSure test intermediate ${n}`,
      key: n === 1 ? intermediateKey : testKey(`intermediate ${n}`),
      issuer: isTop ? ROOT_NAME : `BeSure test intermediate ${n + 1}`,
      issuerKey: isTop ? testKey('root') : testKey(`intermediate ${n + 1}`),
      serial: 10 + n,
      extensions: [isCa(isTop ? pathLength : undefined), keyUsage(KEY_CERT_SIGN)],
    });
  });
}

/** The key of an RSA modulus of so many bits: nobody has its private half. */
function rsaInfo(bitLength: number, exponent = 65_537): Uint8Array {
  const modulus = (1n << BigInt(bitLength - 1)) + 1n;
  return sequence(
    sequence(oid('1.2.840.113549.1.1.1'), NULL),
    bits(sequence(integer(modulus), integer(exponent))),
  );
}

function withKeyInfo(info: Uint8Array): Uint8Array {
  return bySigner({ key: { ...TEST_AUTHORITY.key, info } });
}

/** Who signed, who lets it, and when. */
export const INVALID_CHAIN: readonly TimeStampCase[] = [
  {
    name: 'purpose-missing',
    comment: 'A certificate that does not say what it is for.',
    code: 'signer',
    token: bySigner({ extensions: [keyUsage(DIGITAL_SIGNATURE)] }),
  },
  {
    name: 'purpose-other',
    comment: 'A certificate for signing code.',
    code: 'signer',
    token: bySigner({ extensions: [extension('2.5.29.37', sequence(oid(CODE_SIGNING)), true)] }),
  },
  {
    name: 'purpose-two',
    comment: 'A certificate for time stamping and for signing code.',
    code: 'signer',
    token: bySigner({ extensions: [forTimeStamping(true, CODE_SIGNING)] }),
  },
  {
    name: 'purpose-not-critical',
    comment: 'A purpose that is not critical.',
    code: 'signer',
    token: bySigner({ extensions: [forTimeStamping(false)] }),
  },
  {
    name: 'signer-key-usage',
    comment: 'A certificate whose key is not for signatures.',
    code: 'signer',
    token: bySigner({ extensions: [keyUsage(KEY_ENCIPHERMENT), forTimeStamping()] }),
  },
  {
    name: 'signer-is-authority',
    comment: 'The signer is an authority itself.',
    code: 'signer',
    token: bySigner({ extensions: [isCa(), forTimeStamping()] }),
  },
  {
    name: 'signer-critical-extension',
    comment: 'A critical extension that nobody knows.',
    code: 'critical-extension',
    token: bySigner({ extensions: [forTimeStamping(), critical] }),
  },
  {
    name: 'extension-twice',
    comment: 'An extension twice.',
    code: 'malformed',
    token: bySigner({ extensions: [forTimeStamping(), forTimeStamping()] }),
  },
  {
    name: 'extension-critical-false',
    comment: 'An extension whose default of critical is written out.',
    code: 'malformed',
    token: bySigner({
      extensions: [forTimeStamping(), sequence(oid('1.2.3.4'), truth(false), octets())],
    }),
  },
  {
    name: 'certificate-two-algorithms',
    comment: 'A certificate that names another algorithm outside its signature than inside.',
    code: 'malformed',
    token: bySigner({ outerHash: 'sha512' }),
  },
  {
    name: 'certificate-sha1',
    comment: 'A certificate of the signer that is signed by SHA-1.',
    code: 'algorithm',
    token: bySigner({ algorithm: ECDSA_SHA1 }),
  },
  {
    name: 'rsa-1024',
    comment: 'An RSA key of 1024 bits.',
    code: 'algorithm',
    token: withKeyInfo(rsaInfo(1024)),
  },
  {
    name: 'rsa-4104',
    comment: 'An RSA key of 4104 bits.',
    code: 'algorithm',
    token: withKeyInfo(rsaInfo(4104)),
  },
  {
    name: 'rsa-exponent',
    comment: 'An RSA key with exponent 3.',
    code: 'algorithm',
    token: withKeyInfo(rsaInfo(2048, 3)),
  },
  {
    name: 'rsa-key-ecdsa-signature',
    comment: 'An RSA key, and a signature that says to be ECDSA.',
    code: 'algorithm',
    token: withKeyInfo(rsaInfo(2048)),
  },
  {
    name: 'key-p521',
    comment: 'A key on P-521.',
    code: 'algorithm',
    token: withKeyInfo(
      sequence(sequence(oid('1.2.840.10045.2.1'), oid('1.3.132.0.35')), bits(new Uint8Array(133).fill(4))),
    ),
  },
  {
    name: 'key-compressed',
    comment: 'A compressed point.',
    code: 'algorithm',
    token: withKeyInfo(
      sequence(
        sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')),
        bits(new Uint8Array(33).fill(2)),
      ),
    ),
  },

  {
    name: 'unknown-authority',
    comment: 'A root of another name.',
    code: 'chain',
    token: usual(),
    authorities: [always(root({ subject: 'another' }))],
  },
  {
    name: 'other-key-of-authority',
    comment: 'A root of the right name with another key.',
    code: 'chain',
    token: usual(),
    authorities: [always(root({ key: testKey('another root') }))],
  },
  { name: 'no-authorities', comment: 'No authority counts.', code: 'chain', token: usual(), authorities: [] },
  {
    name: 'intermediate-missing',
    comment: 'The certificate between the signer and the root is not in the token.',
    code: 'chain',
    token: signedBelow([]),
  },
  {
    name: 'intermediate-is-anchor',
    comment: 'The trust file names the intermediate, which then does not stand in the token.',
    code: 'not-canonical',
    token: signedBelow([intermediate()]),
    authorities: [always(intermediate())],
  },
  {
    name: 'intermediate-no-authority',
    comment: 'An issuer that is not an authority.',
    code: 'chain',
    token: belowWith(keyUsage(KEY_CERT_SIGN)),
  },
  {
    name: 'intermediate-key-usage',
    comment: 'An authority whose key may not sign certificates.',
    code: 'chain',
    token: belowWith(isCa(), keyUsage(DIGITAL_SIGNATURE)),
  },
  {
    name: 'intermediate-purpose',
    comment: 'An authority for signing code.',
    code: 'chain',
    token: belowWith(isCa(), extension('2.5.29.37', sequence(oid(CODE_SIGNING)))),
  },
  {
    name: 'intermediate-critical-extension',
    comment: 'An authority with a critical extension that nobody knows.',
    code: 'critical-extension',
    token: belowWith(isCa(), critical),
  },
  {
    name: 'root-no-authority',
    comment: 'The certificate in the trust file is neither the signer nor an authority.',
    code: 'chain',
    token: usual(),
    authorities: [always(root({ extensions: [keyUsage(KEY_CERT_SIGN)] }))],
  },
  {
    name: 'path-length',
    comment: 'An authority lets none below it issue, and one does.',
    code: 'chain',
    token: signedBelow(longChain(2, 0)),
  },
  {
    name: 'path-too-long',
    comment: 'Four authorities between the signer and the root.',
    code: 'chain',
    token: signedBelow(longChain(4)),
  },

  {
    name: 'expired',
    comment: 'The certificate of the signer had ended.',
    code: 'validity',
    token: bySigner({ until: TIME - 1 }),
  },
  {
    name: 'not-yet',
    comment: 'The certificate of the signer had not begun.',
    code: 'validity',
    token: bySigner({ from: TIME + 1 }),
  },
  {
    name: 'intermediate-expired',
    comment: 'The certificate of an intermediate had ended.',
    code: 'validity',
    token: signedBelow([intermediate({ until: TIME - 1 })]),
  },
  {
    name: 'root-expired',
    comment: 'The certificate in the trust file had ended.',
    code: 'validity',
    token: usual(),
    authorities: [always(root({ until: TIME - 1 }))],
  },
  {
    name: 'expired-within-accuracy',
    comment: 'With the accuracy that the token states, the certificate may have ended.',
    code: 'validity',
    token: usual({}, { more: [sequence(integer(1))] }, { until: TIME }),
  },
  {
    name: 'authority-from',
    comment: 'The authority counts from a second later.',
    code: 'validity',
    token: usual(),
    authorities: [{ ...always(root()), from: TIME + 1 }],
  },
  {
    name: 'authority-until',
    comment: 'The authority counted until that second, which is not within.',
    code: 'validity',
    token: usual(),
    authorities: [{ ...always(root()), until: TIME }],
  },
];
