import { p256, p384 } from '@noble/curves/nist.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import {
  asn1,
  bits,
  commonName,
  generalizedTime,
  integer,
  NULL,
  octets,
  oid,
  sequence,
  set,
  tagged,
  truth,
  utcTime,
} from './asn1.ts';

// An authority for vectors: always the same tokens, from keys made of public names. It protects nothing.

export type Hash = 'sha256' | 'sha384' | 'sha512';

/** A key pair; signatures by RFC 6979, so always the same. */
export interface TestKey {
  readonly info: Uint8Array;
  readonly order: bigint;
  /** A signature in DER; `high`: the one with the higher s. */
  sign(message: Uint8Array, hash: Hash, high?: boolean): Uint8Array;
}

export const HASH_OIDS: Readonly<Record<Hash, string>> = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};
const ECDSA_OIDS: Readonly<Record<Hash, string>> = {
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
};
export const TST_INFO = '1.2.840.113549.1.9.16.1.4';
export const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

export function digest(hash: Hash, data: Uint8Array): Uint8Array {
  return { sha256, sha384, sha512 }[hash](data);
}

/** The key of a name, on a curve. */
export function testKey(name: string, curve: 'p256' | 'p384' = 'p256'): TestKey {
  const ec = { p256, p384 }[curve];
  const seed = digest('sha512', Buffer.from(`besure time-stamp test key: ${name}`));
  const secret = seed.subarray(0, ec.Point.Fn.BYTES);
  const parameters = oid({ p256: '1.2.840.10045.3.1.7', p384: '1.3.132.0.34' }[curve]);
  const order = ec.Point.Fn.ORDER;
  return {
    info: sequence(sequence(oid('1.2.840.10045.2.1'), parameters), bits(ec.getPublicKey(secret, false))),
    order,
    sign(message, hash, high = false) {
      const compact = ec.sign(digest(hash, message), secret, { prehash: false, lowS: true });
      const { r, s } = ec.Signature.fromBytes(compact);
      return sequence(integer(r), integer(high ? order - s : s));
    },
  };
}

export const hashAlgorithm = (hash: Hash, ...parameters: readonly Uint8Array[]): Uint8Array =>
  sequence(oid(HASH_OIDS[hash]), ...parameters);
/** ecdsa-with-SHA1, which no certificate of a path may be signed by. */
export const ECDSA_SHA1: Uint8Array = sequence(oid('1.2.840.10045.4.1'));
export const ecdsaAlgorithm = (hash: Hash): Uint8Array => sequence(oid(ECDSA_OIDS[hash]));

/** An extension of a certificate or a token. */
export function extension(id: string, value: Uint8Array, critical = false): Uint8Array {
  return sequence(oid(id), ...(critical ? [truth()] : []), octets(value));
}
export const forTimeStamping = (critical = true, ...others: readonly string[]): Uint8Array =>
  extension('2.5.29.37', sequence(oid(TIME_STAMPING), ...others.map(oid)), critical);
export const isCa = (pathLength?: number): Uint8Array =>
  extension('2.5.29.19', sequence(truth(), ...(pathLength === undefined ? [] : [integer(pathLength)])), true);
/** Of bits by their number, below 8. */
export function keyUsage(...numbers: readonly number[]): Uint8Array {
  const byte = numbers.reduce((all, n) => all | (0x80 >> n), 0);
  return extension('2.5.29.15', bits(Uint8Array.of(byte), 7 - Math.max(...numbers)), true);
}
export const DIGITAL_SIGNATURE = 0;
export const KEY_CERT_SIGN = 5;

/** What stands in a certificate. */
export interface CertificateOptions {
  readonly subject: string;
  readonly key: TestKey;
  readonly issuer: string;
  readonly issuerKey: TestKey;
  readonly extensions: readonly Uint8Array[];
  readonly serial?: number;
  readonly from?: number;
  readonly until?: number;
  readonly hash?: Hash;
  readonly highS?: boolean;
  readonly outerHash?: Hash;
  /** The AlgorithmIdentifier inside and outside, whatever the signature is by. */
  readonly algorithm?: Uint8Array;
}

const FROM = Date.UTC(2020, 0, 1) / 1000;
const UNTIL = Date.UTC(2049, 11, 31) / 1000;

/** A certificate of version 3. */
export function certificate(options: CertificateOptions): Uint8Array {
  const { hash = 'sha256', from = FROM, until = UNTIL } = options;
  const body = sequence(
    tagged(0, integer(2)),
    integer(options.serial ?? 1),
    options.algorithm ?? ecdsaAlgorithm(hash),
    commonName(options.issuer),
    sequence(utcTime(from), utcTime(until)),
    commonName(options.subject),
    options.key.info,
    tagged(3, sequence(...options.extensions)),
  );
  const signature = options.issuerKey.sign(body, hash, options.highS);
  return sequence(body, options.algorithm ?? ecdsaAlgorithm(options.outerHash ?? hash), bits(signature));
}

/** The issuer and the serial number of a certificate that {@link certificate} made. */
export function issuerAndSerial({
  issuer,
  serial = 1,
}: Pick<CertificateOptions, 'issuer' | 'serial'>): Uint8Array {
  return sequence(commonName(issuer), integer(serial));
}

/** What a token says. */
export interface InfoOptions {
  readonly message: Uint8Array;
  /** Seconds since 1970. */
  readonly time: number;
  readonly fraction?: string;
  readonly imprintHash?: Hash;
  readonly version?: number;
  /** After genTime: accuracy, ordering, nonce, tsa, extensions. */
  readonly more?: readonly Uint8Array[];
}

export function tstInfo({
  message,
  time,
  fraction,
  imprintHash = 'sha512',
  version = 1,
  more = [],
}: InfoOptions): Uint8Array {
  return sequence(
    integer(version),
    oid('1.3.6.1.4.1.13762.3'),
    sequence(hashAlgorithm(imprintHash), octets(digest(imprintHash, message))),
    integer(4711),
    generalizedTime(time, fraction),
    ...more,
  );
}

/** How a token is wrapped and signed; what is absent is as the profile has it. */
export interface TokenOptions {
  readonly info: Uint8Array;
  readonly key: TestKey;
  /** The signer's. */
  readonly certificate: Uint8Array;
  readonly sid: Uint8Array;
  /** Beside the signer's. */
  readonly others?: readonly Uint8Array[];
  readonly hash?: Hash;
  /** Instead of those of the profile, in this order. */
  readonly attributes?: readonly Uint8Array[];
  /** Beside those of the profile. */
  readonly moreAttributes?: readonly Uint8Array[];
  readonly contentType?: string;
  readonly signatureHash?: Hash;
  readonly digestParameters?: readonly Uint8Array[];
  readonly highS?: boolean;
  readonly version?: number;
  readonly signerVersion?: number;
  /** Changes the parts of SignedData. */
  readonly signedData?: (parts: SignedDataParts) => readonly Uint8Array[];
  readonly unsigned?: readonly Uint8Array[];
}

/** The parts of SignedData in their order. */
export interface SignedDataParts {
  readonly version: Uint8Array;
  readonly digests: Uint8Array;
  readonly content: Uint8Array;
  readonly certificates: Uint8Array;
  readonly signer: Uint8Array;
}

export const attribute = (type: string, ...values: readonly Uint8Array[]): Uint8Array =>
  sequence(oid(type), asn1(0x31, ...values));
export const CONTENT_TYPE = '1.2.840.113549.1.9.3';
export const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';

/** The attribute signing-certificate-v2 over SHA-256 of these certificates. */
export function signingCertificates(...certificates: readonly Uint8Array[]): Uint8Array {
  const ids = certificates.map((one) => sequence(octets(digest('sha256', one))));
  return attribute(SIGNING_CERTIFICATE_V2, sequence(sequence(...ids)));
}

/** The attributes of the profile. */
export function attributesOf({ info, hash = 'sha256', certificate: own }: TokenOptions): Uint8Array[] {
  return [
    attribute(CONTENT_TYPE, oid(TST_INFO)),
    attribute(MESSAGE_DIGEST, octets(digest(hash, info))),
    signingCertificates(own),
  ];
}

/** A TimeStampToken. */
export function token(options: TokenOptions): Uint8Array {
  const { hash = 'sha256', contentType = TST_INFO, signatureHash = hash, digestParameters = [] } = options;
  const attributes = options.attributes ?? [...attributesOf(options), ...(options.moreAttributes ?? [])];
  const inSet =
    options.attributes === undefined ? attributes.toSorted((a, b) => Buffer.compare(a, b)) : attributes;
  const signature = options.key.sign(asn1(0x31, ...inSet), signatureHash, options.highS);
  const signer = sequence(
    integer(options.signerVersion ?? 1),
    options.sid,
    hashAlgorithm(hash, ...digestParameters),
    tagged(0, ...inSet),
    ecdsaAlgorithm(signatureHash),
    octets(signature),
    ...(options.unsigned === undefined ? [] : [tagged(1, ...options.unsigned)]),
  );
  const certificates = [options.certificate, ...(options.others ?? [])];
  const parts: SignedDataParts = {
    version: integer(options.version ?? 3),
    digests: set(hashAlgorithm(hash, ...digestParameters)),
    content: sequence(oid(contentType), tagged(0, octets(options.info))),
    certificates: tagged(0, ...certificates.toSorted((a, b) => Buffer.compare(a, b))),
    signer,
  };
  const signedData = options.signedData?.(parts) ?? [
    parts.version,
    parts.digests,
    parts.content,
    parts.certificates,
    set(parts.signer),
  ];
  return sequence(oid('1.2.840.113549.1.7.2'), tagged(0, sequence(...signedData)));
}

export { NULL };

/** An authority of a root and a signer, with tokens over any message: for vectors of what holds tokens. */
export const TEST_AUTHORITY = (() => {
  const rootKey = testKey('root');
  const key = testKey('signer');
  const names = { subject: 'BeSure test time stamps', issuer: 'BeSure test time-stamp root', serial: 2 };
  const root = certificate({
    subject: names.issuer,
    key: rootKey,
    issuer: names.issuer,
    issuerKey: rootKey,
    extensions: [isCa(), keyUsage(KEY_CERT_SIGN)],
  });
  const signer = certificate({
    ...names,
    key,
    issuerKey: rootKey,
    extensions: [keyUsage(DIGITAL_SIGNATURE), forTimeStamping()],
  });
  return {
    /** The DER of the trust anchor. */
    root,
    signer,
    key,
    sid: issuerAndSerial(names),
    /** A token over a message, at some seconds since 1970. */
    stamp(message: Uint8Array, time: number): Uint8Array {
      const info = tstInfo({ message, time });
      return token({ info, key, certificate: signer, sid: issuerAndSerial(names) });
    },
  };
})();
