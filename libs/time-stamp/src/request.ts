import { equalBytes } from '@besure/protocol';
import { derHash, digestOf } from './algorithm.js';
import type { TimeStampAuthority } from './authority.js';
import { der, DerReader, derUnsigned, TAG, unsignedBytes, wholeElement } from './der.js';
import { malformed, TimeStampError } from './error.js';
import { toProfile } from './profile.js';
import { parseToken } from './token.js';
import { parseTstInfo } from './tst-info.js';
import { type TimeStamp, verifyTimeStamp } from './verify.js';

/** What was asked, to compare the answer with. */
export interface TimeStampQuestion {
  readonly message: Uint8Array;
  /** Chance bytes, 8 to 32. */
  readonly nonce: Uint8Array;
}

/** The most bytes of an answer: a token of another form may be longer than one in the profile. */
export const MAX_RESPONSE_LENGTH = 32_768;

/** A TimeStampReq over the SHA-512 of a message that asks for the certificate (RFC 3161 section 2.4.1). */
export function encodeTimeStampRequest({ message, nonce }: TimeStampQuestion): Uint8Array {
  const imprint = der(TAG.sequence, derHash('sha512'), der(TAG.octetString, digestOf('sha512', message)));
  return der(
    TAG.sequence,
    der(TAG.integer, Uint8Array.of(1)),
    imprint,
    derUnsigned(nonce),
    der(TAG.boolean, Uint8Array.of(0xff)),
  );
}

/**
 * The token in a TimeStampResp (RFC 3161 section 2.4.2), brought into the profile and verified to be the answer to the
 * question. Throws a TimeStampError.
 */
export function acceptTimeStampResponse(
  response: Uint8Array,
  question: TimeStampQuestion,
  authorities: readonly TimeStampAuthority[],
): { readonly token: Uint8Array; readonly timeStamp: TimeStamp } {
  const token = toProfile(tokenOf(response), authorities);
  const timeStamp = verifyTimeStamp(token, question.message, authorities);
  const { nonce } = parseTstInfo(parseToken(token).content);
  const asked = unsignedBytes(wholeElement(derUnsigned(question.nonce), TAG.integer, 'a nonce'));
  if (nonce === null || !equalBytes(nonce, asked))
    throw new TimeStampError('nonce', 'the answer is to another request');
  return { token, timeStamp };
}

function tokenOf(response: Uint8Array): Uint8Array {
  const what = 'an answer';
  if (response.length > MAX_RESPONSE_LENGTH)
    throw malformed(`${what} of more than ${MAX_RESPONSE_LENGTH} bytes`);
  const reader = new DerReader(wholeElement(response, TAG.sequence, what).content, what);
  const statusInfo = reader.into(TAG.sequence);
  const status = unsignedBytes(statusInfo.next(TAG.integer));
  const granted = status.length === 1 && status[0]! <= 1; // granted, grantedWithMods
  if (!granted)
    throw new TimeStampError('refused', `the authority gives no token: status ${status.join(' ')}`);
  const token = reader.next(TAG.sequence);
  reader.end();
  return token.bytes;
}
