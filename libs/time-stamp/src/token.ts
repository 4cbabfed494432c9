import { equalBytes } from '@besure/protocol';
import {
  derHash,
  derSignatureAlgorithm,
  type HashName,
  readHash,
  readTokenSignatureAlgorithm,
  type SignatureAlgorithm,
} from './algorithm.js';
import { type Certificate, issuerAndSerial } from './certificate.js';
import {
  contextTag,
  contextValueTag,
  der,
  derOid,
  DerReader,
  derSetOf,
  type Element,
  oidOf,
  smallInteger,
  TAG,
  wholeElement,
} from './der.js';
import { malformed } from './error.js';
import { OID } from './oid.js';

/** A TimeStampToken (RFC 3161 section 2.4.2; RFC 5652 section 5) in its parts. */
export interface Token {
  /** The TSTInfo. */
  readonly content: Uint8Array;
  /** The certificates in it, in any number and order. */
  readonly certificates: readonly Uint8Array[];
  /** How the SignerInfo names the certificate: as the DER of its sid. */
  readonly signer: Element;
  readonly hash: HashName;
  /** The content of the SET of signed attributes. */
  readonly signedAttributes: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
}

/** The most bytes of a token. */
export const MAX_TOKEN_LENGTH = 16_384;

const VERSION = 3;
const SIGNER_VERSION = 1;

/**
 * Takes a token apart. DER of the shape of a time stamp with one signer is all that it asks for: certificates without
 * use, revocation lists and unsigned attributes are passed over, and it is for the caller to compare with {@link encodeToken}.
 */
export function parseToken(bytes: Uint8Array): Token {
  if (bytes.length > MAX_TOKEN_LENGTH) throw malformed(`a token longer than ${MAX_TOKEN_LENGTH} bytes`);
  const what = 'a token';
  const contentInfo = new DerReader(wholeElement(bytes, TAG.sequence, what).content, what);
  if (oidOf(contentInfo.next(TAG.oid)) !== OID.signedData) throw malformed(`${what} that is not signed data`);
  const explicit = contentInfo.into(contextTag(0));
  contentInfo.end();
  const signedData = explicit.into(TAG.sequence);
  explicit.end();
  if (smallInteger(signedData.next(TAG.integer)) !== VERSION)
    throw malformed('signed data of another version');
  signedData.next(TAG.set); // digestAlgorithms
  const content = readContent(signedData.into(TAG.sequence));
  const certificates = signedData.tag === contextTag(0) ? signedData.into(contextTag(0)).rest() : [];
  signedData.optional(contextTag(1)); // crls
  const signers = signedData.into(TAG.set);
  signedData.end();
  const signer = signers.into(TAG.sequence, 'a signer');
  signers.end();
  return {
    content,
    certificates: certificates.filter(({ tag }) => tag === TAG.sequence).map((element) => element.bytes),
    ...readSignerInfo(signer),
  };
}

/** The one form of a token: with these certificates, of which the first is the signer's, and nothing that is not covered. */
export function encodeToken(
  token: Pick<Token, 'content' | 'hash' | 'signedAttributes' | 'algorithm' | 'signature'>,
  signer: Certificate,
  certificates: readonly Uint8Array[],
): Uint8Array {
  const signerInfo = der(
    TAG.sequence,
    der(TAG.integer, Uint8Array.of(SIGNER_VERSION)),
    issuerAndSerial(signer),
    derHash(token.hash),
    der(contextTag(0), token.signedAttributes),
    derSignatureAlgorithm(token.algorithm),
    der(TAG.octetString, token.signature),
  );
  const signedData = der(
    TAG.sequence,
    der(TAG.integer, Uint8Array.of(VERSION)),
    der(TAG.set, derHash(token.hash)),
    der(TAG.sequence, derOid(OID.tstInfo), der(contextTag(0), der(TAG.octetString, token.content))),
    derSetOf(contextTag(0), certificates),
    der(TAG.set, signerInfo),
  );
  return der(TAG.sequence, derOid(OID.signedData), der(contextTag(0), signedData));
}

/** What is signed: the attributes as a SET, which they are not in the token (RFC 5652 section 5.4). */
export function signedBytes({ signedAttributes }: Token): Uint8Array {
  return der(TAG.set, signedAttributes);
}

/** Whether the SignerInfo names this certificate, by either way that RFC 5652 has. */
export function isSigner({ signer }: Token, certificate: Certificate): boolean {
  if (signer.tag === TAG.sequence) return equalBytes(signer.bytes, issuerAndSerial(certificate));
  const { subjectKeyIdentifier } = certificate.extensions;
  return subjectKeyIdentifier !== null && equalBytes(signer.content, subjectKeyIdentifier);
}

function readContent(reader: DerReader): Uint8Array {
  if (oidOf(reader.next(TAG.oid)) !== OID.tstInfo) throw malformed('signed data that hold no TSTInfo');
  const explicit = reader.into(contextTag(0));
  reader.end();
  const { content } = explicit.next(TAG.octetString);
  explicit.end();
  return content;
}

function readSignerInfo(reader: DerReader): Omit<Token, 'content' | 'certificates'> {
  const version = smallInteger(reader.next(TAG.integer));
  const byKey = version === VERSION;
  if (!byKey && version !== SIGNER_VERSION) throw malformed('a signer of another version');
  const signer = reader.next(byKey ? contextValueTag(0) : TAG.sequence);
  const hash = readHash(reader.next(TAG.sequence));
  const signedAttributes = reader.next(contextTag(0)).content;
  const algorithm = readTokenSignatureAlgorithm(reader.next(TAG.sequence), hash);
  const signature = reader.next(TAG.octetString).content;
  reader.optional(contextTag(1)); // unsigned attributes
  reader.end();
  return { signer, hash, signedAttributes, algorithm, signature };
}
