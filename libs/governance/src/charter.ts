import { charterSchema } from './charter-schema.js';
import { assertCharterRules } from './charter-rules.js';
import { formatJson, parseJsonOnce, readBySchema } from './json.js';

/** What a network's members have agreed on, version 0: one file, the same for all. */
export interface Charter {
  readonly format: 'besure-charter-v0';
  /** The network's own name. */
  readonly network: string;
  readonly ledger: {
    readonly chain: string;
    /** Hash of the first block, hexadecimal as nodes show it. */
    readonly genesis: string;
    /** Chain parameters `address-pubkeyhash-version` and `address-checksum-value`, hexadecimal. */
    readonly addressVersion: string;
    readonly addressChecksum: string;
    readonly streams: { readonly proofs: string; readonly rights: string };
    /** A block counts as final when that many blocks stand above it. */
    readonly finalDepth: number;
  };
  /** Origin of the ledger log's checkpoints; they stand at heights that `checkpointEvery` divides. */
  readonly log: { readonly origin: string; readonly checkpointEvery: number };
  /** Slot `base` starts at `startMillis` (since 1970); every slot lasts `lengthMillis`. */
  readonly slots: { readonly base: number; readonly startMillis: number; readonly lengthMillis: number };
  readonly limits: {
    /** How far the moments of issuer and exchange may lie apart. */
    readonly agreementToleranceSeconds: number;
    /** From prepared until a statement is recorded one-sided. */
    readonly countersignatureDeadlineSeconds: number;
    /** Recorded time minus claimed time beyond which evidence is late. */
    readonly largestLagSeconds: number;
  };
  readonly organisations: readonly Organisation[];
  readonly hubs: readonly Hub[];
  /** How many hubs (and, later, other witnesses) must have cosigned a checkpoint. */
  readonly quorum: { readonly hubs: number; readonly witnesses: number };
  /** What evidence must at least be worth to be accepted. */
  readonly leastAssurance: Assurance;
}

/** A member: it signs its statements with one key, its ledger items with another. */
export interface Organisation {
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly role: 'organisation' | 'exchange';
  /** Uncompressed P-256 point, 65 bytes, base64url. */
  readonly signingKey: string;
  readonly ledgerAddress: string;
}

/** Who runs a ledger node. */
export interface Hub {
  readonly id: string;
  /** The name of its witness keys: a URL without scheme. */
  readonly name: string;
  /** Whose infrastructure it stands on. */
  readonly provider: string;
  /** Keys under the log's origin; raw, base64url. */
  readonly logKeys: { readonly ed25519: string; readonly mlDsa44: string };
  /** Keys under its own name; raw, base64url. */
  readonly witnessKey: { readonly mlDsa44: string; readonly ed25519: string };
}

/** What stands behind a recorded time, from the least to the most. */
export type Assurance = 'one-hub' | 'recorded' | 'time-stamped';

/** Reads a charter. The layout of the text is free, its content is not. Throws CharterError. */
export function parseCharter(text: string): Charter {
  return readCharter(parseJsonOnce(text));
}

/** Reads a charter that was parsed already. Throws CharterError. */
export function readCharter(value: unknown): Charter {
  const charter: Charter = readBySchema(charterSchema, value);
  assertCharterRules(charter);
  return charter;
}

/** The one text of a charter; what is hashed and shown is this. Throws CharterError when it is none. */
export function formatCharter(charter: Charter): string {
  // Reading puts the members in the order of the format, whatever order they came in.
  return formatJson(readCharter(charter));
}
