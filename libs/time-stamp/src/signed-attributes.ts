import { equalBytes } from '@besure/protocol';
import { digestOf, type HashName, readHash } from './algorithm.js';
import { type Certificate, issuerAndSerial } from './certificate.js';
import { contextTag, der, DerReader, type Element, isSetOrder, oidOf, TAG, wholeElement } from './der.js';
import { malformed, TimeStampError } from './error.js';
import { OID } from './oid.js';

/** One entry of a signing-certificate-v2 attribute (RFC 5035 section 4). */
export interface CertificateId {
  readonly hash: HashName;
  readonly digest: Uint8Array;
  /** The DER of the IssuerAndSerialNumber that it names too, where it does. */
  readonly issuerAndSerial: Uint8Array | null;
}

/** The attributes that the signature covers and that are judged here; others may stand beside them. */
export interface SignedAttributes {
  readonly messageDigest: Uint8Array;
  /** The first is that of the signer. */
  readonly certificates: readonly CertificateId[];
}

/** The attributes that stand in a SignerInfo, of which `content` is that of their SET. */
export function parseSignedAttributes(content: Uint8Array): SignedAttributes {
  const elements = new DerReader(content, 'the signed attributes').rest();
  if (!isSetOrder(elements)) throw malformed('signed attributes that are not in the order of DER');
  const values = new Map<string, Element>();
  for (const element of elements) {
    if (element.tag !== TAG.sequence) throw malformed('an attribute that is no sequence');
    const reader = new DerReader(element.content, 'an attribute');
    const type = oidOf(reader.next(TAG.oid));
    const held = reader.into(TAG.set);
    const value = held.any();
    held.end();
    reader.end();
    if (values.has(type)) throw malformed('a signed attribute that stands twice');
    values.set(type, value);
  }
  const contentType = values.get(OID.contentType);
  if (contentType?.tag !== TAG.oid || oidOf(contentType) !== OID.tstInfo)
    throw malformed('no signed attribute contentType of TSTInfo');
  const messageDigest = values.get(OID.messageDigest);
  if (messageDigest?.tag !== TAG.octetString) throw malformed('no signed attribute messageDigest');
  const certificates = values.get(OID.signingCertificateV2);
  if (certificates === undefined)
    throw new TimeStampError('signer', 'the signed attributes do not name the certificate (RFC 5816)');
  return { messageDigest: messageDigest.content, certificates: readCertificateIds(certificates) };
}

/** Whether an entry is of this certificate. */
export function isIdOf(id: CertificateId, certificate: Certificate): boolean {
  const named = id.issuerAndSerial;
  return (
    equalBytes(id.digest, digestOf(id.hash, certificate.bytes)) &&
    (named === null || equalBytes(named, issuerAndSerial(certificate)))
  );
}

function readCertificateIds(attribute: Element): CertificateId[] {
  const what = 'signing-certificate-v2';
  const reader = new DerReader(wholeElement(attribute.bytes, TAG.sequence, what).content, what);
  const ids = reader.into(TAG.sequence).rest();
  reader.optional(TAG.sequence); // policies
  reader.end();
  if (ids.length === 0) throw malformed(`${what} of no certificate`);
  return ids.map((element) => {
    if (element.tag !== TAG.sequence) throw malformed(`${what} with something else`);
    const id = new DerReader(element.content, what);
    const hash = id.tag === TAG.sequence ? readHash(id.next(TAG.sequence)) : 'sha256';
    const digest = id.next(TAG.octetString).content;
    const named = id.tag === TAG.sequence ? readIssuerSerial(id.into(TAG.sequence)) : null;
    id.end();
    return { hash, digest, issuerAndSerial: named };
  });
}

/** IssuerSerial: GeneralNames with one directoryName, and the serial number. */
function readIssuerSerial(reader: DerReader): Uint8Array {
  const names = reader.into(TAG.sequence);
  const name = names.into(contextTag(4));
  const issuer = name.next(TAG.sequence);
  name.end();
  names.end();
  const serial = reader.next(TAG.integer);
  reader.end();
  return der(TAG.sequence, issuer.bytes, serial.bytes);
}
