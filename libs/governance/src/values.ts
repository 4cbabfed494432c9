import {
  decodeBase64,
  decodeBase64url,
  decodeHex,
  isDeceptive,
  isKeyName,
  ProtocolError,
  utf8Encode,
} from '@besure/protocol';
import { z } from 'zod';
import { COUNTED_NAME, isCountedName } from './counted-name.js';

/** What was read is not changed. */
export type Immutable<Value> = Value extends readonly (infer Element)[]
  ? readonly Immutable<Element>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Immutable<Value[Key]> }
    : Value;

// The kinds of values that charters, proposals and votes are made of.

const NAME =
  'must be 1 to 120 characters of readable text, without control or invisible characters and without space at the ends';
const ID = 'must be 1 to 63 lowercase letters, digits and hyphens, with no hyphen at the ends';

export function object<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? 'is not a member of this format' : 'must be an object',
  });
}

export function text(rule: string, holds: (value: string) => boolean): z.ZodString {
  return z.string({ error: rule }).refine(holds, { error: rule }).describe(rule);
}

export function whole(from: number, to: number): z.ZodNumber {
  const error = `must be a whole number from ${from.toString()} to ${to.toString()}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
}

export function list<Item extends z.ZodType>(item: Item, most: number, least = 1) {
  const error = `must be a list of ${least.toString()} to ${most.toString()}`;
  return z.array(item, { error }).min(least, { error }).max(most, { error });
}

export function key(bytes: number): z.ZodString {
  return text(
    `must be ${bytes.toString()} bytes in base64url`,
    (value) => lengthOf(value, decodeBase64url) === bytes,
  );
}

export function hex(least: number, most = least): z.ZodString {
  const bytes = least === most ? least.toString() : `${least.toString()} to ${most.toString()}`;
  return text(`must be ${bytes} bytes in lowercase hexadecimal`, (value) => {
    const length = lengthOf(value, decodeHex);
    return length >= least && length <= most;
  });
}

function lengthOf(value: string, decode: (text: string) => Uint8Array): number {
  try {
    return decode(value).length;
  } catch (error) {
    if (error instanceof ProtocolError) return -1;
    throw error;
  }
}

export const id = text(ID, (value) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value));
export const name = text(
  NAME,
  (value) => value.isWellFormed() && /^(?! ).{1,120}$(?<! )/u.test(value) && !isDeceptive(value),
);
// Who runs what, and where: parties are told apart by these, so one that only looks like another would be a second voice.
export const countedName = text(COUNTED_NAME, isCountedName);
// Messages of cosignatures hold names behind one byte of length.
export const keyName = text(
  'must be a key name of signed notes: at most 255 bytes, no space and no plus',
  (value) => isKeyName(value) && utf8Encode(value).length <= 255,
);
export const streamName = text('must be 1 to 32 letters, digits, dots and hyphens', (value) =>
  /^[A-Za-z0-9.-]{1,32}$/.test(value),
);
export const signingKey = text(
  'must be an uncompressed P-256 point, 65 bytes in base64url',
  (value) => lengthOf(value, decodeBase64url) === 65 && decodeBase64url(value)[0] === 0x04,
);
// Of which chain it is, the rules of the charter check.
export const ledgerAddress = text('must be an address', (value) =>
  /^[1-9A-HJ-NP-Za-km-z]{20,64}$/.test(value),
);
// Its structure is for whoever uses it to judge; a longer one would never be used.
export const certificate = text('must be a DER certificate of at most 4096 bytes in base64', (value) => {
  const length = lengthOf(value, decodeBase64);
  return length > 0 && length <= 4096;
});
const ED25519 = 32;
export const ML_DSA_44 = 1312;
export const height = whole(0, Number.MAX_SAFE_INTEGER);
export const seconds = whole(0, 253_402_300_799);
export const heights = { from: height, until: height.nullable() };
export const times = { from: seconds, until: seconds.nullable() };
export const keyPair = object({ mlDsa44: key(ML_DSA_44), ed25519: key(ED25519) });
export const endDate = seconds.nullable();

export const hash = key(32);
