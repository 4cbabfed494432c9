import {
  CLAIM_NAMES,
  type ClaimName,
  encodeBase64,
  encodeBase64url,
  STATEMENT_TYPE,
  utf8Encode,
} from '@besure/protocol';
import { createHash } from 'node:crypto';
import { testCertificate, testKey, testSalts, type TestKey } from '../../libs/protocol/test/material.ts';
import { CLAIMS, IAT } from './vector.ts';

// Statements by hand, beside the library: so that they can be wrong in exactly one place.

export const ALPHA = testKey('alpha');
export const SALTS = testSalts('statement').map(encodeBase64url);

/** The parts of a statement by hand; each has a right default. */
export interface RawStatement {
  readonly key?: TestKey;
  readonly header?: string;
  readonly payload?: string;
  readonly disclosures?: readonly string[];
  readonly sign?: (signature: Uint8Array) => Uint8Array;
}

/** The text of a right header with these certificates. */
export function headerText(certificates: readonly Uint8Array[] = [testCertificate(ALPHA)]): string {
  const x5c = certificates.map((certificate) => `"${encodeBase64(certificate)}"`).join(',');
  return `{"alg":"ES256","typ":"${STATEMENT_TYPE}","x5c":[${x5c}]}`;
}

/** The text of a right disclosure, or of one with another text for its value. */
export function disclosureText(name: ClaimName, value = JSON.stringify(CLAIMS[name])): string {
  return `["${SALTS[CLAIM_NAMES.indexOf(name)]!}","${name}",${value}]`;
}

/** Ten disclosures, some of them with another text. */
export function disclosures(texts: Partial<Record<ClaimName, string>> = {}): string[] {
  return CLAIM_NAMES.map((name) => encodeBase64url(utf8Encode(texts[name] ?? disclosureText(name))));
}

/** Digests of disclosures, sorted. */
export function digests(of: readonly string[] = disclosures()): string[] {
  return of.map((disclosure) => createHash('sha256').update(disclosure, 'ascii').digest('base64url')).sort();
}

/** The text of a right payload, or with other digests and members. */
export function payloadText({
  sd = digests(),
  rest,
}: { readonly sd?: readonly string[]; readonly rest?: string } = {}): string {
  return `{"_sd":${JSON.stringify(sd)},${rest ?? `"_sd_alg":"sha-256","iat":${IAT},"iss":"alpha"`}}`;
}

/** Signs a header and a payload, whatever they hold. */
export function rawJws({
  key = ALPHA,
  header,
  payload,
  disclosures: shown,
  sign = (s) => s,
}: RawStatement = {}): string {
  const head = encodeBase64url(utf8Encode(header ?? headerText()));
  const body = encodeBase64url(utf8Encode(payload ?? payloadText({ sd: digests(shown) })));
  const signingInput = `${head}.${body}`;
  return `${signingInput}.${encodeBase64url(sign(key.sign(utf8Encode(signingInput))))}`;
}
