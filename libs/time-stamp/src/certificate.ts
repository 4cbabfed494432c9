import { equalBytes } from '@besure/protocol';
import { readSignatureAlgorithm } from './algorithm.js';
import { readCertificateTime } from './asn1-time.js';
import {
  bitStringBytes,
  contextTag,
  contextValueTag,
  der,
  DerReader,
  type Element,
  integerBytes,
  smallInteger,
  TAG,
  wholeElement,
} from './der.js';
import { malformed } from './error.js';
import { type Extensions, NO_EXTENSIONS, readExtensions } from './extensions.js';
import { type PublicKey, readPublicKey } from './public-key.js';
import { verifySignature } from './signature.js';

/** What counts of an X.509 certificate of version 3 (RFC 5280). */
export interface Certificate {
  /** All of it, in DER. */
  readonly bytes: Uint8Array;
  /** The part that is signed. */
  readonly body: Uint8Array;
  /** Names and serial number as they are encoded: they are compared by their bytes. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly serial: Uint8Array;
  /** Seconds since 1970, both within. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly key: PublicKey;
  /** The AlgorithmIdentifier of its signature. That of an anchor may be any: nobody verifies it. */
  readonly algorithm: Element;
  readonly signature: Uint8Array;
  readonly extensions: Extensions;
}

/** The most bytes of a certificate. */
export const MAX_CERTIFICATE_LENGTH = 4096;
const VERSION_3 = 2;
const LONGEST_SERIAL = 21; // 20 octets (RFC 5280 section 4.1.2.2), and the zero before them

/** Parses a certificate strictly. Throws a TimeStampError. */
export function parseCertificate(bytes: Uint8Array): Certificate {
  if (bytes.length > MAX_CERTIFICATE_LENGTH)
    throw malformed(`a certificate longer than ${MAX_CERTIFICATE_LENGTH} bytes`);
  const what = 'a certificate';
  const outer = new DerReader(wholeElement(bytes, TAG.sequence, what).content, what);
  const body = outer.next(TAG.sequence);
  const algorithm = outer.next(TAG.sequence);
  const signature = bitStringBytes(outer.next(TAG.bitString));
  outer.end();

  const inner = new DerReader(body.content, what);
  const version = inner.into(contextTag(0));
  if (smallInteger(version.next(TAG.integer)) !== VERSION_3)
    throw malformed('a certificate of an old version');
  version.end();
  const serial = inner.next(TAG.integer);
  if (integerBytes(serial).length > LONGEST_SERIAL) throw malformed('a serial number of more than 20 bytes');
  // What is outside the signature must say the same as what is inside.
  if (!equalBytes(inner.next(TAG.sequence).bytes, algorithm.bytes))
    throw malformed('a certificate that names two algorithms of its signature');
  const issuer = inner.next(TAG.sequence);
  const validity = inner.into(TAG.sequence);
  const notBefore = readCertificateTime(validity);
  const notAfter = readCertificateTime(validity);
  validity.end();
  const subject = inner.next(TAG.sequence);
  const key = readPublicKey(inner.next(TAG.sequence));
  inner.optional(contextValueTag(1)); // issuerUniqueID
  inner.optional(contextValueTag(2)); // subjectUniqueID
  const extensions = inner.tag === undefined ? NO_EXTENSIONS : readExtensions(inner.into(contextTag(3)));
  inner.end();
  return {
    bytes,
    body: body.bytes,
    issuer: issuer.bytes,
    subject: subject.bytes,
    serial: serial.bytes,
    notBefore,
    notAfter,
    key,
    algorithm,
    signature,
    extensions,
  };
}

/** The same certificate with another encoding of its signature. */
export function withSignature(certificate: Certificate, signature: Uint8Array): Uint8Array {
  const bits = der(TAG.bitString, Uint8Array.of(0), signature);
  return der(TAG.sequence, certificate.body, certificate.algorithm.bytes, bits);
}

/** Whether the one is named as the issuer of the other, and its key signed it. */
export function hasIssued(issuer: Certificate, subject: Certificate): boolean {
  if (!equalBytes(issuer.subject, subject.issuer)) return false;
  const algorithm = readSignatureAlgorithm(subject.algorithm);
  if ((algorithm.kind === 'ecdsa') !== (issuer.key.kind === 'ec')) return false;
  return verifySignature(issuer.key, algorithm, subject.body, subject.signature);
}

/** IssuerAndSerialNumber (RFC 5652 section 10.2.4). */
export function issuerAndSerial({ issuer, serial }: Certificate): Uint8Array {
  return der(TAG.sequence, issuer, serial);
}
