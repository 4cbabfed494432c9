import { encodeBase64url, equalBytes, utf8Encode } from './bytes.js';
import { assertClaimsAgree, CLAIM_NAMES, claimIndex, type Claims } from './claims.js';
import { decodeDisclosure, disclosureDigest, encodeDisclosure } from './disclosure.js';
import { ProtocolError } from './error.js';
import { decodeEs256, decodeJson, encodeJson, splitCompactJws } from './jws.js';
import type { Primitives, Sha256 } from './primitives.js';
import { BYTES_32, isSecond, MEMBER_ID, SECOND_RULE } from './rules.js';
import { encodeStatementHeader, readStatementHeader } from './statement-header.js';
import { sha256OfText } from './text-bytes.js';

/** The most characters that a statement's JWS may have. */
export const MAX_STATEMENT_LENGTH = 32_768;

/** A statement that is ready to be signed: every rule of the format has been checked. */
export interface PreparedStatement {
  /** The identity of the statement, which its signature does not change. */
  readonly id: string;
  /** What the issuer signs with ES256, as ASCII. */
  readonly signingInput: string;
  /** The ten disclosures, in the order of CLAIM_NAMES. */
  readonly disclosures: readonly string[];
}

/** A statement as received. That its form is right says nothing of its signature. */
export interface Statement {
  readonly jws: string;
  /** base64url of SHA-256 over the signing input. */
  readonly id: string;
  readonly signingInput: string;
  /** The organisation that says so. */
  readonly issuer: string;
  /** Start of the slot in which it was signed, in seconds since 1970. */
  readonly iat: number;
  /** The ten digests of its disclosures, sorted. */
  readonly digests: readonly string[];
  readonly certificates: readonly Uint8Array[];
  /** The key in the first certificate: 65 bytes. */
  readonly certificateKey: Uint8Array;
  /** r||s, 64 bytes, low s. */
  readonly signature: Uint8Array;
}

/**
 * Makes a statement of ten claims (an SD-JWT, RFC 9901), to be signed by the issuer's key.
 * `salts` are ten fresh values of 16 bytes, in the order of CLAIM_NAMES.
 */
export function prepareStatement(
  input: {
    readonly claims: Claims;
    readonly issuer: string;
    readonly iat: number;
    readonly certificates: readonly Uint8Array[];
    readonly salts: readonly Uint8Array[];
  },
  sha256: Sha256,
): PreparedStatement {
  const { claims, salts } = input;
  if (salts.length !== CLAIM_NAMES.length) {
    throw new ProtocolError('statement-input', 'there must be ten salts', { field: 'salts' });
  }
  if (salts.some((salt, i) => salts.findIndex((other) => equalBytes(other, salt)) < i)) {
    throw new ProtocolError('statement-input', 'a salt stands twice: they must be fresh', { field: 'salts' });
  }
  assertClaimsAgree(claims);
  const disclosures = CLAIM_NAMES.map((name, i) => encodeDisclosure(name, claims[name], salts[i]!));
  const digests = disclosures.map((disclosure) => disclosureDigest(disclosure, sha256)).sort();
  assertPayload(digests, input.iat, input.issuer, 'statement-input');
  const header = encodeStatementHeader(input.certificates);
  const signingInput = `${header}.${encodeJson(payloadText(digests, input.iat, input.issuer))}`;
  return { id: identityOf(signingInput, sha256), signingInput, disclosures };
}

/**
 * Reads a statement, strictly: header and payload are the one canonical text of what they say, with no other member,
 * the digests are ten, sorted and different, the signature has a low s. Throws a `statement-…` or `certificate` error.
 */
export function parseStatement(jws: string, sha256: Sha256): Statement {
  const parts = splitCompactJws(jws, MAX_STATEMENT_LENGTH, 'statement-format');
  const { certificates, certificateKey } = readStatementHeader(parts.header);
  const { text, value } = decodeJson(parts.payload, 'statement-payload');
  if (typeof value !== 'object' || value === null) throw payloadFault('it is not an object');
  const { _sd: digests, iat, iss: issuer } = value as { _sd?: unknown; iat?: unknown; iss?: unknown };
  assertPayload(digests, iat, issuer, 'statement-payload');
  if (payloadText(digests, iat as number, issuer as string) !== text)
    throw payloadFault('its text is not canonical');
  return {
    jws,
    id: identityOf(parts.signingInput, sha256),
    signingInput: parts.signingInput,
    issuer: issuer as string,
    iat: iat as number,
    digests,
    certificates,
    certificateKey,
    signature: decodeEs256(parts.signature, 'statement-signature'),
  };
}

/**
 * Checks the signature with the key that the charter gives for the issuer. Throws `certificate-key` when the
 * certificate holds another key, `statement-signature` when the signature is not of that key over these bytes.
 */
export function verifyStatementSignature(
  statement: Statement,
  publicKey: Uint8Array,
  primitives: Primitives,
): void {
  if (!equalBytes(statement.certificateKey, publicKey)) {
    throw new ProtocolError(
      'certificate-key',
      'the certificate in the statement holds another key than the issuer has',
    );
  }
  if (!primitives.verifyP256(publicKey, utf8Encode(statement.signingInput), statement.signature)) {
    throw new ProtocolError('statement-signature', 'the signature of the statement does not verify');
  }
}

/**
 * The claims that some disclosures open. They stand in the order of CLAIM_NAMES, each at most once, and each has its
 * digest in the statement. Throws a `disclosure` error, or a `claim` error when a value breaks the rule of its claim.
 */
export function openDisclosures(
  statement: Statement,
  disclosures: readonly string[],
  sha256: Sha256,
): Partial<Claims> {
  const claims: Record<string, unknown> = {};
  let last = -1;
  for (const disclosure of disclosures) {
    const { name, value } = decodeDisclosure(disclosure);
    const index = claimIndex(name);
    if (index <= last)
      throw new ProtocolError('disclosure', `${name} stands twice or out of order`, { field: name });
    if (!statement.digests.includes(disclosureDigest(disclosure, sha256))) {
      throw new ProtocolError('disclosure', `${name} is not what the statement was signed over`, {
        field: name,
      });
    }
    claims[name] = value;
    last = index;
  }
  assertClaimsAgree(claims);
  return claims;
}

function payloadText(digests: readonly string[], iat: number, issuer: string): string {
  return `{"_sd":["${digests.join('","')}"],"_sd_alg":"sha-256","iat":${iat.toString()},"iss":"${issuer}"}`;
}

function assertPayload(
  digests: unknown,
  iat: unknown,
  issuer: unknown,
  code: 'statement-input' | 'statement-payload',
): asserts digests is string[] {
  if (!Array.isArray(digests) || digests.length !== CLAIM_NAMES.length) {
    throw new ProtocolError(code, 'there must be exactly ten digests', { field: '_sd' });
  }
  let last = '';
  for (const digest of digests as readonly unknown[]) {
    if (typeof digest !== 'string' || !BYTES_32.holds(digest)) {
      throw new ProtocolError(code, `a digest ${BYTES_32.rule}`, { field: '_sd' });
    }
    if (digest <= last)
      throw new ProtocolError(code, 'the digests must be sorted and different', { field: '_sd' });
    last = digest;
  }
  if (!isSecond(iat)) throw new ProtocolError(code, `iat ${SECOND_RULE}`, { field: 'iat' });
  if (typeof issuer !== 'string' || !MEMBER_ID.holds(issuer)) {
    throw new ProtocolError(code, `iss ${MEMBER_ID.rule}`, { field: 'iss' });
  }
}

function identityOf(signingInput: string, sha256: Sha256): string {
  return encodeBase64url(sha256OfText(signingInput, sha256));
}

function payloadFault(why: string): ProtocolError {
  return new ProtocolError('statement-payload', `the payload of the statement is refused: ${why}`);
}
