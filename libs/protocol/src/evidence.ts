import { decodeBase64 } from './bytes.js';
import { ProtocolError } from './error.js';

/** The first member of every evidence file: which format, and which version of it. */
export const EVIDENCE_FORMAT = 'besure-evidence-v1';

/**
 * An evidence file, version 1: a statement, and all that is needed to verify it with no ledger and no service
 * running. Everything in it is authenticated: there is no hint, no comment, no check sum, and only one text for it.
 * Where a live node has the transaction follows from the recording: its block, its publisher and its item are unique.
 */
export interface EvidenceV1 {
  readonly format: typeof EVIDENCE_FORMAT;
  /** The statement as SD-JWT, with the disclosures that its holder chose to show. */
  readonly statement: string;
  /** The exchange's countersignature (compact JWS), `null` where the statement is one-sided. */
  readonly countersignature: string | null;
  /** The issuer's recording, the exchange's, or both in that order. */
  readonly recordings: readonly RecordingV1[];
}

/** That one member recorded the statement in the ledger. */
export interface RecordingV1 {
  /** The member that published the ledger item. */
  readonly by: string;
  /** The slot of the item. */
  readonly slot: number;
  /** The height of the block that holds the item. */
  readonly height: number;
  /** The place of the statement's leaf in the member's tree of that slot. */
  readonly index: number;
  /** The way from that leaf up to the root in the item, as base64; 10, 15 or 20 hashes. */
  readonly path: readonly string[];
  /** That the item stands in the ledger's log: a C2SP tlog-proof with a cosigned checkpoint. */
  readonly log: string;
  /** That someone outside the circle saw it too; `null` where nobody did, or not yet. */
  readonly timeStamp: TimeStampV1 | null;
}

/** An RFC 3161 time stamp over a checkpoint of the log that covers the recording, mostly a later one than that in `log`. */
export interface TimeStampV1 {
  /** The text of the checkpoint without signatures, three lines: the token is over its SHA-512. */
  readonly checkpoint: string;
  /** The inclusion proof of the recording's entry in that checkpoint, as base64. */
  readonly proof: readonly string[];
  /** The TimeStampToken, DER in base64. */
  readonly token: string;
}

/** Room for two recordings under notes of all the lines that a note may have. */
const MAX_LENGTH = 2_000_000;
const MAX_PATH = 20;
/** A tree below 2^53 leaves has no longer inclusion proof. */
const MAX_PROOF = 53;

/** The one text of an evidence file. Throws `evidence` when the text would not parse. */
export function formatEvidence(evidence: EvidenceV1): string {
  const text = serialise(evidence);
  parseEvidence(text);
  return text;
}

/**
 * Parses an evidence file: its shape only, nothing is verified. Throws `evidence` unless the text is the very text that
 * {@link formatEvidence} writes, so that no second text stands for the same evidence.
 */
export function parseEvidence(text: string): EvidenceV1 {
  if (text.length > MAX_LENGTH) throw refusal('the file is too long to be evidence');
  const evidence = parseMembers(parseJson(text));
  if (serialise(evidence) !== text) throw refusal('the file is not in the one text that this evidence has');
  return evidence;
}

function serialise({ format, statement, countersignature, recordings }: EvidenceV1): string {
  const ordered = {
    format,
    statement,
    countersignature,
    recordings: recordings.map(({ by, slot, height, index, path, log, timeStamp }) => ({
      by,
      slot,
      height,
      index,
      path,
      log,
      timeStamp: timeStamp === null ? null : orderedTimeStamp(timeStamp),
    })),
  };
  return `${JSON.stringify(ordered, null, 2)}\n`;
}

function orderedTimeStamp({ checkpoint, proof, token }: TimeStampV1): TimeStampV1 {
  return { checkpoint, proof, token };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError('evidence', 'the file is not JSON', { cause });
  }
}

function parseMembers(value: unknown): EvidenceV1 {
  const { format, statement, countersignature, recordings } = members(value, '', EVIDENCE_MEMBERS);
  if (format !== EVIDENCE_FORMAT) throw refusal('not evidence of a known version', 'format');
  if (!Array.isArray(recordings) || recordings.length < 1 || recordings.length > 2) {
    throw refusal('evidence has one or two recordings', 'recordings');
  }
  return {
    format,
    statement: parseText(statement, 'statement'),
    countersignature: countersignature === null ? null : parseText(countersignature, 'countersignature'),
    recordings: recordings.map((recording, i) => parseRecording(recording, `recordings.${i}`)),
  };
}

const EVIDENCE_MEMBERS = ['format', 'statement', 'countersignature', 'recordings'] as const;
const RECORDING_MEMBERS = ['by', 'slot', 'height', 'index', 'path', 'log', 'timeStamp'] as const;
const TIME_STAMP_MEMBERS = ['checkpoint', 'proof', 'token'] as const;

function parseRecording(value: unknown, field: string): RecordingV1 {
  const { by, slot, height, index, path, log, timeStamp } = members(value, field, RECORDING_MEMBERS);
  return {
    by: parseText(by, `${field}.by`),
    slot: parseCount(slot, `${field}.slot`),
    height: parseCount(height, `${field}.height`),
    index: parseCount(index, `${field}.index`),
    path: parseHashes(path, MAX_PATH, `${field}.path`),
    log: parseText(log, `${field}.log`),
    timeStamp: timeStamp === null ? null : parseTimeStamp(timeStamp, `${field}.timeStamp`),
  };
}

function parseTimeStamp(value: unknown, field: string): TimeStampV1 {
  const { checkpoint, proof, token } = members(value, field, TIME_STAMP_MEMBERS);
  return {
    checkpoint: parseText(checkpoint, `${field}.checkpoint`),
    proof: parseHashes(proof, MAX_PROOF, `${field}.proof`),
    token: parseText(token, `${field}.token`),
  };
}

function parseHashes(value: unknown, most: number, field: string): string[] {
  if (!Array.isArray(value) || value.length > most)
    throw refusal(`not a list of at most ${most.toString()} hashes`, field);
  return value.map((hash: unknown, i) => parseHash(hash, `${field}.${i}`));
}

/** The members of an object that has exactly these. */
function members<Name extends string>(
  value: unknown,
  field: string,
  names: readonly Name[],
): Record<Name, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refusal('not an object', field);
  const keys = Object.keys(value);
  if (keys.length !== names.length || names.some((name) => !keys.includes(name))) {
    throw refusal(`must have exactly the members ${names.join(', ')}`, field);
  }
  return value as Record<Name, unknown>;
}

function parseText(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '' || !value.isWellFormed()) throw refusal('not a text', field);
  return value;
}

function parseCount(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) {
    throw refusal('not a whole number from 0 to 2^53 - 1', field);
  }
  return value;
}

function parseHash(value: unknown, field: string): string {
  if (typeof value === 'string') {
    try {
      if (decodeBase64(value).length === 32) return value;
    } catch {
      // The refusal below names the member; the reason within it adds nothing.
    }
  }
  throw refusal('not the base64 of 32 bytes', field);
}

function refusal(message: string, field?: string): ProtocolError {
  return field === undefined || field === ''
    ? new ProtocolError('evidence', message)
    : new ProtocolError('evidence', `${field}: ${message}`, { field });
}
