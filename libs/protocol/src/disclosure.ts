import { BYTES_16 } from './rules.js';
import { encodeBase64url } from './bytes.js';
import { canonicalClaim, claimIndex, type ClaimName } from './claims.js';
import { ProtocolError } from './error.js';
import type { Sha256 } from './primitives.js';
import { decodeText, encodeText, sha256OfText } from './text-bytes.js';

/** The most characters that a disclosure may have. */
export const MAX_DISCLOSURE_LENGTH = 4096;

/** What a disclosure opens. */
export interface OpenedDisclosure {
  readonly name: ClaimName;
  readonly value: unknown;
}

/**
 * A disclosure (RFC 9901 section 4.2.1): base64url of `["<salt>","<name>",<value>]` in one canonical text. The salt is
 * 16 bytes and must be fresh for every disclosure, else a hidden value can be guessed.
 */
export function encodeDisclosure(name: ClaimName, value: unknown, salt: Uint8Array): string {
  if (salt.length !== 16)
    throw new ProtocolError('statement-input', 'a salt is not 16 bytes', { field: 'salts' });
  const disclosure = encodeText(disclosureText(encodeBase64url(salt), name, canonicalClaim(name, value)));
  if (disclosure.length > MAX_DISCLOSURE_LENGTH)
    throw new ProtocolError('claim', `${name} is too long`, { field: name });
  return disclosure;
}

/** The digest of a disclosure (RFC 9901 section 4.2.3): base64url of SHA-256 over its ASCII. */
export function disclosureDigest(disclosure: string, sha256: Sha256): string {
  return encodeBase64url(sha256OfText(disclosure, sha256));
}

/**
 * Reads a disclosure. Throws a `disclosure` error unless it is the canonical text of a known claim with a salt of
 * 16 bytes, a `claim` error when the value breaks the claim's rule. Its digest is the caller's to check.
 */
export function decodeDisclosure(disclosure: string): OpenedDisclosure {
  if (disclosure.length > MAX_DISCLOSURE_LENGTH) throw fault('it is too long');
  let text: string;
  let parts: unknown;
  try {
    text = decodeText(disclosure);
    parts = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError('disclosure', 'a disclosure is not the base64url of a JSON text', { cause });
  }
  if (!Array.isArray(parts) || parts.length !== 3) throw fault('it is not an array of three');
  const [salt, name, value] = parts as [unknown, unknown, unknown];
  if (typeof salt !== 'string' || !BYTES_16.holds(salt)) throw fault('its salt is not 16 bytes in base64url');
  if (!isClaimName(name)) throw fault('its name is not that of a claim');
  if (disclosureText(salt, name, canonicalClaim(name, value)) !== text)
    throw fault('its text is not canonical');
  return { name, value };
}

function disclosureText(salt: string, name: ClaimName, value: string): string {
  return `["${salt}","${name}",${value}]`;
}

function isClaimName(name: unknown): name is ClaimName {
  return typeof name === 'string' && claimIndex(name) >= 0;
}

function fault(why: string): ProtocolError {
  return new ProtocolError('disclosure', `a disclosure is refused: ${why}`);
}
