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

const NAME =
  'must be 1 to 120 characters of readable text, without control or invisible characters and without space at the ends';
const ID = 'must be 1 to 63 lowercase letters, digits and hyphens, with no hyphen at the ends';

function object<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? 'is not a member of this format' : 'must be an object',
  });
}

function text(rule: string, holds: (value: string) => boolean): z.ZodString {
  return z.string({ error: rule }).refine(holds, { error: rule }).describe(rule);
}

function whole(from: number, to: number): z.ZodNumber {
  const error = `must be a whole number from ${from.toString()} to ${to.toString()}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
}

function list<Item extends z.ZodType>(item: Item, most: number, least = 1) {
  const error = `must be a list of ${least.toString()} to ${most.toString()}`;
  return z.array(item, { error }).min(least, { error }).max(most, { error });
}

function key(bytes: number): z.ZodString {
  return text(
    `must be ${bytes.toString()} bytes in base64url`,
    (value) => lengthOf(value, decodeBase64url) === bytes,
  );
}

function hex(least: number, most = least): z.ZodString {
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

const id = text(ID, (value) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value));
const name = text(
  NAME,
  // Parties are told apart by their names: one that only looks like another would be a second voice.
  (value) => value.isWellFormed() && /^(?! ).{1,120}$(?<! )/u.test(value) && !isDeceptive(value),
);
// Messages of cosignatures hold names behind one byte of length.
const keyName = text(
  'must be a key name of signed notes: at most 255 bytes, no space and no plus',
  (value) => isKeyName(value) && utf8Encode(value).length <= 255,
);
const streamName = text('must be 1 to 32 letters, digits, dots and hyphens', (value) =>
  /^[A-Za-z0-9.-]{1,32}$/.test(value),
);
const signingKey = text(
  'must be an uncompressed P-256 point, 65 bytes in base64url',
  (value) => lengthOf(value, decodeBase64url) === 65 && decodeBase64url(value)[0] === 0x04,
);
// Its structure is for whoever uses it to judge; a longer one would never be used.
const certificate = text('must be a DER certificate of at most 4096 bytes in base64', (value) => {
  const length = lengthOf(value, decodeBase64);
  return length > 0 && length <= 4096;
});
const ED25519 = 32;
const ML_DSA_44 = 1312;
const height = whole(0, Number.MAX_SAFE_INTEGER);
const seconds = whole(0, 253_402_300_799);
const heights = { from: height, until: height.nullable() };
const times = { from: seconds, until: seconds.nullable() };
const keyPair = object({ mlDsa44: key(ML_DSA_44), ed25519: key(ED25519) });
const endDate = seconds.nullable();

/** The form of a charter, v0; what its members must be to each other is checked after it (charter-rules.ts). */
export const charterSchema = object({
  format: z.literal('besure-charter-v0', { error: 'must be besure-charter-v0' }),
  network: id,
  ledger: object({
    chain: text('must be 1 to 32 letters, digits, hyphens and underscores', (value) =>
      /^[A-Za-z0-9_-]{1,32}$/.test(value),
    ),
    genesis: hex(32),
    addressVersion: hex(1, 20),
    addressChecksum: hex(4),
    streams: object({ proofs: streamName, rights: streamName }),
    finalDepth: whole(1, 10_000),
  }),
  log: object({ origin: keyName, checkpointEvery: whole(1, 1_000_000) }),
  slots: object({
    base: whole(0, Number.MAX_SAFE_INTEGER),
    startMillis: whole(0, 253_402_300_799_999),
    lengthMillis: whole(1, 86_400_000),
  }),
  limits: object({
    agreementToleranceSeconds: whole(0, 31_536_000),
    countersignatureDeadlineSeconds: whole(0, 31_536_000),
    largestLagSeconds: whole(1, 315_360_000),
    slotAheadSeconds: whole(0, 31_536_000),
    timeStampLagSeconds: whole(0, 315_360_000),
  }),
  organisations: list(
    object({
      id,
      name,
      role: z.enum(['organisation', 'exchange'], { error: 'must be organisation or exchange' }),
      ...heights,
      signingKeys: list(object({ key: signingKey, ...heights, compromisedFrom: height.nullable() }), 1_000),
      ledgerKeys: list(
        object({
          address: text('must be an address', (value) => /^[1-9A-HJ-NP-Za-km-z]{20,64}$/.test(value)),
          ...heights,
        }),
        1_000,
      ),
    }),
    10_000,
  ),
  hubs: list(
    object({
      id,
      name: keyName,
      operator: name,
      provider: name,
      keys: list(object({ ...times, log: keyPair, witness: keyPair }), 1_000),
    }),
    1_000,
  ),
  witnesses: list(
    object({
      id,
      name: keyName,
      group: name,
      keys: list(object({ ...times, mlDsa44: key(ML_DSA_44) }), 1_000),
    }),
    1_000,
    0,
  ),
  quorum: object({ hubs: whole(1, 1_000), witnesses: whole(0, 1_000) }),
  timeStampAuthorities: list(object({ name, certificate, ...times }), 100, 0),
  algorithms: object({ ES256: endDate, 'ML-DSA-44': endDate, 'SHA-256': endDate, 'SHA3-512': endDate }),
  leastAssurance: z.enum(['one-hub', 'recorded', 'time-stamped'], {
    error: 'must be one-hub, recorded or time-stamped',
  }),
});
