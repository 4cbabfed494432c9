import { charterSchema } from './charter-schema.js';
import { assertCharterRules } from './charter-rules.js';
import { CharterError } from './error.js';
import { formatJson, MAX_JSON_LENGTH, parseJsonOnce, readBySchema } from './json.js';

/**
 * What a network's members have agreed on, version 1: one file, the same for all. What they begin with is one, and what came of
 * it by their decisions is one again: whatever ended stays in it, with its end.
 */
export interface Charter extends Terms {
  readonly format: 'besure-charter-v1';
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
  /** Who decides, and within which bounds. */
  readonly board: Board;
  /** What applied before the present terms, in the order of time. */
  readonly formerTerms: readonly FormerTerms[];
  readonly organisations: readonly Organisation[];
  readonly hubs: readonly Hub[];
  /** Who else cosigns checkpoints: organisations' archives. */
  readonly witnesses: readonly Witness[];
  readonly timeStampAuthorities: readonly TimeStampAuthority[];
  /** From when (POSIX seconds) an algorithm proves nothing new; `null` while it does. */
  readonly algorithms: Readonly<Record<Algorithm, number | null>>;
}

/** What evidence is held against. Terms apply to what is recorded while they are in force. */
export interface Terms {
  readonly limits: Limits;
  /** How many different hub operators, and how many different groups of witnesses, must have cosigned a checkpoint. */
  readonly quorum: { readonly hubs: number; readonly witnesses: number };
  /** What evidence must at least be worth to be accepted. */
  readonly leastAssurance: Assurance;
}

/** Terms that applied below a block height, and from the end of those above them in the list. */
export interface FormerTerms extends Terms {
  readonly until: number;
  /** The time of that change, in POSIX seconds by the log of rights: the quorum of what follows says nothing about before. */
  readonly untilTime: number;
}

/** Distances in time, in seconds. */
export interface Limits {
  /** How far the moments of issuer and exchange may lie apart. */
  readonly agreementToleranceSeconds: number;
  /** From prepared until a statement is recorded one-sided. */
  readonly countersignatureDeadlineSeconds: number;
  /** Recorded time minus claimed time beyond which evidence is late. */
  readonly largestLagSeconds: number;
  /**
   * How far ahead of its block's own time a slot may start. Wide enough for every clock that a chain tolerates; without a
   * limit, whoever gets hold of a member's key could use up all its future slots at once.
   */
  readonly slotAheadSeconds: number;
  /** How long after the quorum's time a time stamp still says something about that time. */
  readonly timeStampLagSeconds: number;
}

/** How the members decide. */
export interface Board {
  readonly rule: BoardRule;
  /** At most that part of the hubs, and of their operators, on the infrastructure of one provider. */
  readonly hostingCapPercent: number;
  /** How many open proposals one member may have. */
  readonly openProposals: number;
  /** For how many blocks a proposal may stay open. */
  readonly longestLifeBlocks: number;
}

/**
 * Whose votes accept a proposal: a single member's; more than half of all members'; or those of so many of a body, the
 * `including` ones among them.
 */
export type BoardRule =
  | { readonly mode: 'central'; readonly organisation: string }
  | { readonly mode: 'majority' }
  | {
      readonly mode: 'hybrid';
      readonly organisations: readonly string[];
      readonly atLeast: number;
      readonly including: readonly string[];
    };

/** From `from` on and before `until`; without end where that is `null`. */
export interface Period {
  readonly from: number;
  readonly until: number | null;
}

/** A member: it signs its statements with one key, its ledger items with another. Its periods are block heights. */
export interface Organisation extends Period {
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly role: 'organisation' | 'exchange';
  readonly signingKeys: readonly SigningKey[];
  readonly ledgerKeys: readonly LedgerKey[];
  /** Whose holders speak for the member in the board; each is a person's key, or a device's. */
  readonly seats: readonly Seat[];
  /** Heights at which its membership rests. */
  readonly suspensions: readonly Period[];
}

/** A key for statements, or for countersignatures. */
export interface SigningKey extends Period {
  /** Uncompressed P-256 point, 65 bytes, base64url. */
  readonly key: string;
  /** From that height on someone else may have had the key; `null` as long as nobody says so. */
  readonly compromisedFrom: number | null;
}

/** A key for ledger items. */
export interface LedgerKey extends Period {
  readonly address: string;
}

/** A key for votes and proposals: never one that signs statements or items. */
export interface Seat extends Period {
  /** Uncompressed P-256 point, 65 bytes, base64url. */
  readonly key: string;
}

/** Who runs a ledger node. */
export interface Hub {
  readonly id: string;
  /** The name of its witness keys: a URL without scheme. */
  readonly name: string;
  /** Who really runs it: hubs of one operator (countedAs) count once. */
  readonly operator: string;
  /** Whose infrastructure it stands on, compared by countedAs too. */
  readonly provider: string;
  /** Of its node on the ledger, which holds the rights to mine and to administer there. */
  readonly nodeAddress: string;
  readonly keys: readonly HubKeys[];
}

/** The keys of a hub for a time (POSIX seconds), raw in base64url. */
export interface HubKeys extends Period {
  /** Under the log's origin. These name no time, so that the period says nothing about them. */
  readonly log: KeyPair;
  /** Under the hub's own name; they count for time stamps within the period. */
  readonly witness: KeyPair;
}

/** ML-DSA-44 counts; Ed25519 is for existing tools. */
export interface KeyPair {
  readonly mlDsa44: string;
  readonly ed25519: string;
}

/** Who cosigns checkpoints that are consistent with what it cosigned before: the archive of an organisation. */
export interface Witness {
  readonly id: string;
  /** The name of its keys: a URL without scheme. */
  readonly name: string;
  /** Who really runs it: witnesses of one group (countedAs) count once. */
  readonly group: string;
  /** Raw in base64url; each counts for time stamps (POSIX seconds) within its period. */
  readonly keys: readonly (Period & { readonly mlDsa44: string })[];
}

/** Who makes RFC 3161 time stamps; the period is in POSIX seconds. */
export interface TimeStampAuthority extends Period {
  readonly name: string;
  /** The trust anchor: its root, or its signer itself; DER in base64. */
  readonly certificate: string;
}

/** What evidence rests on. */
export type Algorithm = 'ES256' | 'ML-DSA-44' | 'SHA-256' | 'SHA3-512';

/** What stands behind a recorded time, from the least to the most. */
export type Assurance = 'one-hub' | 'recorded' | 'time-stamped';

/** Reads a charter. The layout of the text is free, its content is not. Throws CharterError. */
export function parseCharter(text: string): Charter {
  return readCharter(parseJsonOnce(text));
}

/** Reads a charter that was parsed already. Throws CharterError. */
export function readCharter(value: unknown): Charter {
  const charter: Charter = readBySchema(charterSchema, value);
  if (formatJson(charter).length > MAX_JSON_LENGTH)
    throw new CharterError('rule', `must have at most ${MAX_JSON_LENGTH} characters in its one text`);
  assertCharterRules(charter);
  return charter;
}

/** The one text of a charter; what is hashed and shown is this. Throws CharterError when it is none. */
export function formatCharter(charter: Charter): string {
  // Reading puts the members in the order of the format, whatever order they came in.
  return formatJson(readCharter(charter));
}
