import { z } from 'zod';
import {
  certificate,
  countedName,
  endDate,
  height,
  heights,
  hex,
  id,
  key,
  keyName,
  keyPair,
  ledgerAddress,
  list,
  ML_DSA_44,
  name,
  object,
  seconds,
  signingKey,
  streamName,
  text,
  times,
  whole,
} from './values.js';

const MOST_KEYS = 1_000;

/** The members of Limits. */
export const limitsSchema = object({
  agreementToleranceSeconds: whole(0, 31_536_000),
  countersignatureDeadlineSeconds: whole(0, 31_536_000),
  largestLagSeconds: whole(1, 315_360_000),
  slotAheadSeconds: whole(0, 31_536_000),
  timeStampLagSeconds: whole(0, 315_360_000),
});

/** The members of Terms['quorum']. */
export const quorumSchema = object({ hubs: whole(1, 1_000), witnesses: whole(0, 1_000) });

/** The values of Assurance. */
export const assuranceSchema = z.enum(['one-hub', 'recorded', 'time-stamped'], {
  error: 'must be one-hub, recorded or time-stamped',
});

/** The values of Charter['algorithms']. */
export const algorithmsSchema = object({
  ES256: endDate,
  'ML-DSA-44': endDate,
  'SHA-256': endDate,
  'SHA3-512': endDate,
});

/** The members of Board. */
export const boardSchema = object({
  rule: z.discriminatedUnion(
    'mode',
    [
      object({ mode: z.literal('central'), organisation: id }),
      object({ mode: z.literal('majority') }),
      object({
        mode: z.literal('hybrid'),
        organisations: list(id, 1_000),
        atLeast: whole(1, 1_000),
        including: list(id, 1_000, 0),
      }),
    ],
    { error: 'must be a rule of mode central, majority or hybrid' },
  ),
  hostingCapPercent: whole(1, 100),
  openProposals: whole(1, 1_000),
  longestLifeBlocks: whole(1, 100_000_000),
});

const terms = { limits: limitsSchema, quorum: quorumSchema, leastAssurance: assuranceSchema };

/** The form of a charter, v1; what its members must be to each other is checked after it (charter-rules.ts). */
export const charterSchema = object({
  format: z.literal('besure-charter-v1', { error: 'must be besure-charter-v1' }),
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
  ...terms,
  board: boardSchema,
  formerTerms: list(object({ ...terms, until: height, untilTime: seconds }), 100_000, 0),
  organisations: list(
    object({
      id,
      name,
      role: z.enum(['organisation', 'exchange'], { error: 'must be organisation or exchange' }),
      ...heights,
      signingKeys: list(
        object({ key: signingKey, ...heights, compromisedFrom: height.nullable() }),
        MOST_KEYS,
      ),
      ledgerKeys: list(object({ address: ledgerAddress, ...heights }), MOST_KEYS),
      seats: list(object({ key: signingKey, ...heights }), MOST_KEYS),
      suspensions: list(object(heights), MOST_KEYS, 0),
    }),
    10_000,
  ),
  hubs: list(
    object({
      id,
      name: keyName,
      operator: countedName,
      provider: countedName,
      nodeAddress: ledgerAddress,
      keys: list(object({ ...times, log: keyPair, witness: keyPair }), MOST_KEYS),
    }),
    1_000,
  ),
  witnesses: list(
    object({
      id,
      name: keyName,
      group: countedName,
      keys: list(object({ ...times, mlDsa44: key(ML_DSA_44) }), MOST_KEYS),
    }),
    1_000,
    0,
  ),
  timeStampAuthorities: list(object({ name, certificate, ...times }), 100, 0),
  algorithms: algorithmsSchema,
});
