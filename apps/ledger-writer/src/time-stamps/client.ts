import { randomBytes } from 'node:crypto';
import {
  acceptTimeStampResponse,
  encodeTimeStampRequest,
  MAX_RESPONSE_LENGTH,
  type TimeStampAuthority,
  TimeStampError,
} from '@besure/time-stamp';
import { LedgerWriterError } from '../error.js';

/** A token that was just obtained, in the profile and verified. */
export interface ObtainedToken {
  readonly token: Uint8Array;
  readonly time: number;
}

const DEADLINE_MILLIS = 15_000;
const NONCE_LENGTH = 16;

/**
 * Asks a time-stamp authority for a token over a message (RFC 3161 section 3.4). One attempt, of bounded time and size; the
 * answer must be to this very request and verify under an authority of the charter, else this throws
 * `time-stamp-unavailable`. `stop` ends it early.
 */
export async function requestTimeStamp(
  url: string,
  message: Uint8Array,
  authorities: readonly TimeStampAuthority[],
  stop: AbortSignal,
): Promise<ObtainedToken> {
  const question = { message, nonce: new Uint8Array(randomBytes(NONCE_LENGTH)) };
  try {
    const answer = await post(url, encodeTimeStampRequest(question), stop);
    const { token, timeStamp } = acceptTimeStampResponse(answer, question, authorities);
    return { token, time: timeStamp.time };
  } catch (cause) {
    if (cause instanceof LedgerWriterError) throw cause;
    const why =
      cause instanceof TimeStampError ? `gives no token that counts: ${cause.message}` : 'does not answer';
    throw new LedgerWriterError('time-stamp-unavailable', `the time-stamp authority ${why}`, { cause });
  }
}

async function post(url: string, query: Uint8Array, stop: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
    body: Buffer.from(query),
    redirect: 'error',
    signal: AbortSignal.any([stop, AbortSignal.timeout(DEADLINE_MILLIS)]),
  });
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (response.status !== 200 || type !== 'application/timestamp-reply') {
    await response.body?.cancel();
    throw unavailable(`answers ${response.status} with ${type ?? 'no content type'}`);
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > MAX_RESPONSE_LENGTH) throw unavailable(`answers more than ${MAX_RESPONSE_LENGTH} bytes`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function unavailable(what: string): LedgerWriterError {
  return new LedgerWriterError('time-stamp-unavailable', `the time-stamp authority ${what}`);
}
