import { z } from 'zod';
import { type Lie, LIES, NotProven } from './codes.js';

/** The first member of every accusation: which format, and which version of it. */
export const ACCUSATION_FORMAT = 'besure-accusation-v0';

/** More than the longest: two notes under some hundred cosignatures each, and the entries of a block. */
const MAX_LENGTH = 4_000_000;
/** Entries of one exhibit: no block holds more items than this and is audited in one file. */
const MAX_ENTRIES = 2_000;
/** A tree below 2^53 leaves has no longer inclusion proof. */
const MAX_PROOF = 53;

const text = z.string().min(1);
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

const exhibit = z.strictObject({
  note: text,
  entries: z
    .array(z.strictObject({ index: count, entry: text, proof: z.array(text).max(MAX_PROOF) }))
    .max(MAX_ENTRIES),
});

const accusation = z.strictObject({
  format: z.literal(ACCUSATION_FORMAT),
  accused: text,
  lie: z.enum(Object.keys(LIES) as [Lie, ...Lie[]]),
  signed: exhibit,
  against: exhibit.nullable(),
});

/** An entry of the log, and that it stands in the tree of the exhibit's checkpoint. */
export interface ExhibitEntry {
  readonly index: number;
  /** The 76 bytes of the entry, in base64. */
  readonly entry: string;
  /** The inclusion proof, each hash in base64. */
  readonly proof: readonly string[];
}

/** A checkpoint as published, and entries under it. */
export interface Exhibit {
  /** The signed note; lines beyond those that count may stand in it. */
  readonly note: string;
  readonly entries: readonly ExhibitEntry[];
}

/** That a hub or a witness lied, to be judged offline by anyone who has the trust file: specs/accusation.md. */
export interface Accusation {
  readonly format: typeof ACCUSATION_FORMAT;
  /** The key name of the hub or witness. */
  readonly accused: string;
  readonly lie: Lie;
  /** What the accused signed. */
  readonly signed: Exhibit;
  /** What that contradicts; `null` where it contradicts itself. */
  readonly against: Exhibit | null;
}

/** The one text of an accusation. */
export function formatAccusation(value: Accusation): string {
  return `${JSON.stringify(accusation.parse(value), null, 2)}\n`;
}

/** Parses the one text of an accusation: its shape only. Throws NotProven `accusation-malformed`. */
export function parseAccusation(file: string): Accusation {
  if (file.length > MAX_LENGTH) throw new NotProven('accusation-malformed', 'it is too long');
  let value: Accusation;
  try {
    value = accusation.parse(JSON.parse(file));
  } catch (cause) {
    throw new NotProven('accusation-malformed', firstFault(cause), { cause });
  }
  if (formatAccusation(value) !== file)
    throw new NotProven('accusation-malformed', 'it is not in the one text that it has');
  return value;
}

function firstFault(cause: unknown): string {
  if (!(cause instanceof z.ZodError)) return 'it is not JSON';
  const [issue] = cause.issues;
  return issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`;
}
