import { equalBytes } from '@besure/protocol';
import { digestOf } from './algorithm.js';
import { readableCertificate, type TimeStampAuthority } from './authority.js';
import { type Certificate, parseCertificate } from './certificate.js';
import { TimeStampError } from './error.js';
import { assertIssuer, assertSigner, chainOf, MOST_INTERMEDIATES, reach } from './path.js';
import { canonicalToken, signerOf } from './profile.js';
import { verifySignature } from './signature.js';
import { isIdOf, parseSignedAttributes, type SignedAttributes } from './signed-attributes.js';
import { parseToken, signedBytes, type Token } from './token.js';
import { parseTstInfo, type TstInfo } from './tst-info.js';

/** What a token proves. */
export interface TimeStamp {
  /** Whole seconds since 1970 by which the message existed: genTime and its stated accuracy, rounded up. */
  readonly time: number;
  /** Which of the authorities it was. */
  readonly authority: number;
  /** The serial number of the token, in hexadecimal. */
  readonly serial: string;
}

/** An authority that the certificates of a token lead to. */
interface Candidate {
  readonly index: number;
  readonly authority: TimeStampAuthority;
  readonly anchor: Certificate;
}

/**
 * Verifies that a token in the profile of specs/time-stamp.md is over a message, under one of the authorities. Throws a
 * TimeStampError, and nothing else, whatever the bytes.
 */
export function verifyTimeStamp(
  token: Uint8Array,
  message: Uint8Array,
  authorities: readonly TimeStampAuthority[],
): TimeStamp {
  const parts = parseToken(token);
  if (parts.certificates.length > 1 + MOST_INTERMEDIATES)
    throw new TimeStampError('chain', 'the token has more certificates than a path may have');
  const certificates = parts.certificates.map(parseCertificate);
  const signer = signerOf(parts, certificates);
  const attributes = parseSignedAttributes(parts.signedAttributes);
  const chain = chainOf(signer, certificates);
  const candidates = candidatesFor(chain, authorities);
  if (chain.length !== certificates.length) throw notCanonical();
  if (!equalBytes(canonicalToken(parts, attributes, chain, candidates[0].anchor), token))
    throw notCanonical();

  const info = parseTstInfo(parts.content);
  if (info.imprint.hash !== 'sha512' || !equalBytes(info.imprint.digest, digestOf('sha512', message)))
    throw new TimeStampError('imprint', 'the token is not over the SHA-512 of the message');
  assertSigner(signer);
  assertSigned(parts, attributes, signer);
  const authority = firstThatHolds(candidates, chain, info);
  return { time: info.notAfter, authority, serial: info.serial };
}

/** The authorities that the whole chain leads to. */
function candidatesFor(
  chain: readonly Certificate[],
  authorities: readonly TimeStampAuthority[],
): readonly [Candidate, ...Candidate[]] {
  const found: Candidate[] = [];
  let hasSurplus = false;
  for (const [index, authority] of authorities.entries()) {
    const anchor = readableCertificate(authority.certificate);
    const length = anchor === undefined ? undefined : reach(chain, anchor);
    if (anchor === undefined || length === undefined) continue;
    if (length === chain.length) found.push({ index, authority, anchor });
    else hasSurplus = true;
  }
  const [first, ...others] = found;
  if (first !== undefined) return [first, ...others];
  if (hasSurplus) throw notCanonical();
  throw new TimeStampError('chain', 'the certificates lead to no authority that was given');
}

function assertSigned(token: Token, attributes: SignedAttributes, signer: Certificate): void {
  const [named] = attributes.certificates;
  if (named === undefined || !isIdOf(named, signer))
    throw new TimeStampError('signer', 'its certificate is not the one that it signed for');
  if (!equalBytes(attributes.messageDigest, digestOf(token.hash, token.content)))
    throw new TimeStampError('signature', 'the digest that is signed is not that of TSTInfo');
  if (!verifySignature(signer.key, token.algorithm, signedBytes(token), token.signature))
    throw new TimeStampError('signature', 'the signature does not verify');
}

/** The index of the first authority whose path holds; else the reason why that of the first does not. */
function firstThatHolds(
  candidates: readonly [Candidate, ...Candidate[]],
  chain: readonly Certificate[],
  info: TstInfo,
): number {
  const reasons: TimeStampError[] = [];
  for (const { index, authority, anchor } of candidates) {
    try {
      assertPath(chain, anchor);
      assertValidity([...chain, anchor], info, authority);
      return index;
    } catch (cause) {
      if (!(cause instanceof TimeStampError)) throw cause;
      reasons.push(cause);
    }
  }
  throw reasons[0]!;
}

function assertPath(chain: readonly Certificate[], anchor: Certificate): void {
  const isSigner = chain.some(({ bytes }) => equalBytes(bytes, anchor.bytes));
  const issuers = isSigner ? [] : [...chain.slice(1), anchor];
  for (const [below, issuer] of issuers.entries()) assertIssuer(issuer, below);
}

function assertValidity(
  certificates: readonly Certificate[],
  { notBefore, notAfter }: TstInfo,
  { from, until }: TimeStampAuthority,
): void {
  for (const certificate of certificates)
    if (notBefore < certificate.notBefore || notAfter > certificate.notAfter)
      throw new TimeStampError('validity', 'a certificate does not hold at that time');
  if (notBefore < from || (until !== null && notAfter >= until))
    throw new TimeStampError('validity', 'the authority does not count at that time');
}

function notCanonical(): TimeStampError {
  return new TimeStampError('not-canonical', 'it is not in the one form of the profile');
}
