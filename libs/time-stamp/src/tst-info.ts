import { encodeHex } from '@besure/protocol';
import { type HashName, readHash } from './algorithm.js';
import { readGeneralizedTime } from './asn1-time.js';
import {
  contextTag,
  contextValueTag,
  DerReader,
  integerBytes,
  oidOf,
  optionalTrue,
  smallInteger,
  TAG,
  unsignedBytes,
  wholeElement,
} from './der.js';
import { malformed, TimeStampError } from './error.js';
import { readExtensionList } from './extensions.js';

/** What an authority says (RFC 3161 section 2.4.2). */
export interface TstInfo {
  readonly imprint: { readonly hash: HashName; readonly digest: Uint8Array };
  /** Its serial number, in hexadecimal. */
  readonly serial: string;
  /** Whole seconds since 1970: genTime rounded down. */
  readonly notBefore: number;
  /** Whole seconds since 1970: genTime and the accuracy that it states, rounded up. */
  readonly notAfter: number;
  readonly nonce: Uint8Array | null;
}

const MILLION = 1_000_000;

/** Parses a TSTInfo strictly. Throws a TimeStampError. */
export function parseTstInfo(bytes: Uint8Array): TstInfo {
  const what = 'TSTInfo';
  const reader = new DerReader(wholeElement(bytes, TAG.sequence, what).content, what);
  if (smallInteger(reader.next(TAG.integer)) !== 1) throw malformed(`${what} of another version`);
  oidOf(reader.next(TAG.oid)); // the policy: whose policies count is said by who names the authority
  const imprint = reader.into(TAG.sequence);
  const hash = readHash(imprint.next(TAG.sequence));
  const digest = imprint.next(TAG.octetString).content;
  imprint.end();
  const serial = encodeHex(integerBytes(reader.next(TAG.integer)));
  const time = readGeneralizedTime(reader.next(TAG.generalizedTime));
  const accuracy = reader.tag === TAG.sequence ? readAccuracy(reader.into(TAG.sequence)) : 0;
  optionalTrue(reader); // ordering
  const nonce = reader.optional(TAG.integer);
  reader.optional(contextTag(0)); // tsa: the certificate says who it is
  const extensions = reader.optional(contextTag(1));
  reader.end();
  if (extensions !== undefined) assertNoneCritical(new DerReader(extensions.content, what));
  return {
    imprint: { hash, digest },
    serial,
    notBefore: time.seconds,
    notAfter: time.seconds + Math.ceil((time.micros + accuracy) / MILLION),
    nonce: nonce === undefined ? null : unsignedBytes(nonce),
  };
}

/** Accuracy, in microseconds. */
function readAccuracy(reader: DerReader): number {
  const seconds = reader.optional(TAG.integer);
  const millis = reader.optional(contextValueTag(0));
  const micros = reader.optional(contextValueTag(1));
  reader.end();
  const fractions = [millis, micros].map((part) => (part === undefined ? 0 : smallInteger(part)));
  if (fractions.some((value) => value > 999)) throw malformed('an accuracy of more than 999 parts');
  const [thousandths = 0, millionths = 0] = fractions;
  return (seconds === undefined ? 0 : smallInteger(seconds)) * MILLION + thousandths * 1000 + millionths;
}

function assertNoneCritical(extensions: DerReader): void {
  for (const { oid, critical } of readExtensionList(extensions))
    if (critical) throw new TimeStampError('critical-extension', `the token has an unknown one: ${oid}`);
}
