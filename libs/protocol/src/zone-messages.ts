import { frame, unframe } from './attachment.js';
import { concatBytes, decodeHex, utf8Decode, utf8Encode } from './bytes.js';
import { BYTES_32, IDENTIFIER, MEMBER_ID } from './rules.js';
import {
  fault,
  readCount,
  readHash,
  readList,
  readMembers,
  readNullable,
  readRule,
  readText,
} from './shape.js';
import { MAX_STATEMENT_LENGTH } from './statement.js';
import { MAX_COUNTERSIGNATURE_LENGTH } from './countersignature.js';

// Messages inside one zone: the data and attachments of the events that intake, proof and archive publish to each
// other. Data hold ids and hashes; what may have to be erased stands in the attachment, one member beside each of `entries`. Of events with an
// attachment this is version 2; what version 1 looked like: zone-messages-v1.ts.

/** Most entries in one event. */
export const MAX_ENTRIES = 100;
/** As many were told in one event once, where a consumer had fallen behind: a hundred events of a hundred. */
const MOST_READ = MAX_ENTRIES * 100;
const HASH_LENGTH = 32;
const MAX_PATH = 20;
const MAX_SEALED = 65_536;
const MAX_KEY = 1024;

/** The events of proof that tell how an accepted event stands; each entry names the event and its statement. */
export type StatementStateType =
  'StatementsPrepared' | 'EventsRepeated' | 'StatementsCountersigned' | 'StatementsCompletedLate';

/** An accepted event and the statement about it. `event` is null where the statement is another organisation's. */
export interface StatementEntry {
  readonly event: string | null;
  readonly statement: string;
}

/** Bytes under a key of their own, that key wrapped for the zone. */
export interface SealedBytes {
  readonly ciphertext: Uint8Array;
  readonly key: Uint8Array;
}

/** `StatementsOneSided`: nobody agreed in time, or the exchange's record says otherwise. */
export interface OneSidedEntry extends StatementEntry {
  readonly disputed: boolean;
  readonly why: string | null;
}

/** `StatementsMadeAnew`: another statement about the same event stands in the place of one whose key the board has ended before it was recorded. */
export interface MadeAnewEntry extends StatementEntry {
  readonly before: string;
}

/** `StatementsRecorded`: statements of one slot, with their places under the root that was written to the ledger. */
export interface StatementsRecorded {
  readonly by: string;
  readonly slot: number;
  readonly root: Uint8Array;
  readonly entries: readonly RecordedEntry[];
}

/** One recorded statement: what stands in the data, and in the attachment. */
export interface RecordedEntry extends StatementEntry, Recording {
  readonly issuer: string;
  readonly counterpart: string;
  readonly index: number;
}

/** What is attached to a recorded statement: erasable, so never part of the event itself. `path` from the leaf upwards. */
export interface Recording {
  readonly jws: string;
  readonly countersignature: string | null;
  readonly path: readonly Uint8Array[];
  /** The ten disclosures, sealed; null where they were erased. */
  readonly openings: SealedBytes | null;
}

/** `EventsDiscarded`: an operator gave up an accepted event that could not be handled; it gets no proof, or none that can be shown. */
export interface DiscardedEntry {
  readonly event: string;
  /** In the operator's words. */
  readonly why: string;
}

/** `EvidenceReady`: what the archive can hand out about a statement. */
export interface EvidenceReadyEntry {
  readonly statement: string;
  readonly state: 'recorded' | 'complete';
  /** RFC 3339. */
  readonly recordedTime: string;
}

/** Data of `EventsAccepted`: the ids of the accepted events, as many as its attachment has sealed facts. */
export function parseEventsAccepted(data: unknown): { readonly id: string }[] {
  return entriesOf(data, (entry, field) => ({
    id: readUuid(readMembers(entry, field, ['id'])['id'], `${field}.id`),
  }));
}

/** Data of the events of {@link StatementStateType}. */
export function parseStatementEntries(data: unknown): StatementEntry[] {
  return entriesOf(
    data,
    (entry, field) => statementEntry(readMembers(entry, field, ['event', 'statement']), field),
    MOST_READ,
  );
}

/** Data of `StatementsOneSided`. */
export function parseStatementsOneSided(data: unknown): OneSidedEntry[] {
  return entriesOf(data, (entry, field) => {
    const record = readMembers(entry, field, ['event', 'statement', 'disputed', 'why']);
    const { disputed, why } = record;
    if (typeof disputed !== 'boolean') throw fault(`${field}.disputed`, 'must be true or false');
    return {
      ...statementEntry(record, field),
      disputed,
      why: readNullable(why, `${field}.why`, (value, at) => readText(value, at, 256)),
    };
  });
}

/** Data of `StatementsMadeAnew`. */
export function parseStatementsMadeAnew(data: unknown): MadeAnewEntry[] {
  return entriesOf(data, (entry, field) => {
    const record = readMembers(entry, field, ['event', 'statement', 'before']);
    return {
      ...statementEntry(record, field),
      before: readRule(record['before'], `${field}.before`, BYTES_32),
    };
  });
}

/** Data of `RecordsKept`: the exchange keeps these events to compare statements with. */
export function parseRecordsKept(data: unknown): { readonly event: string }[] {
  return entriesOf(
    data,
    (entry, field) => ({
      event: readUuid(readMembers(entry, field, ['event'])['event'], `${field}.event`),
    }),
    MOST_READ,
  );
}

/** Data of `EventsDiscarded`. */
export function parseEventsDiscarded(data: unknown): DiscardedEntry[] {
  return entriesOf(data, (entry, field) => {
    const { event, why } = readMembers(entry, field, ['event', 'why']);
    return { event: readUuid(event, `${field}.event`), why: parseDiscardReason(why, `${field}.why`) };
  });
}

/** Why an event was discarded, as it is shown to the back office: a readable text of at most 256 characters. */
export function parseDiscardReason(value: unknown, field: string): string {
  return readRule(value, field, IDENTIFIER);
}

/** Data and attachment of `StatementsRecorded`. That paths lead to the root is the reader's to check. */
export function parseStatementsRecorded(data: unknown, attachment: Uint8Array): StatementsRecorded {
  const { by, slot, root, entries } = readMembers(data, 'data', ['by', 'slot', 'root', 'entries']);
  const attached = membersOf(attachment);
  if (!Array.isArray(entries) || entries.length !== attached.length) {
    throw fault('attachment', 'must have one member for each entry');
  }
  return {
    by: readRule(by, 'data.by', MEMBER_ID),
    slot: readCount(slot, 'data.slot'),
    root: readHash(root, 'data.root', decodeHex),
    entries: readList(entries, 'data.entries', MAX_ENTRIES, (entry, field) => {
      const record = readMembers(entry, field, ['event', 'statement', 'issuer', 'counterpart', 'index']);
      return {
        ...statementEntry(record, field),
        issuer: readRule(record['issuer'], `${field}.issuer`, MEMBER_ID),
        counterpart: readRule(record['counterpart'], `${field}.counterpart`, MEMBER_ID),
        index: readCount(record['index'], `${field}.index`),
      };
    }).map((entry, i) => ({ ...entry, ...recordingOf(attached[i], `attachment.${i.toString()}`) })),
  };
}

/** Data of `EvidenceReady`. */
export function parseEvidenceReady(data: unknown): EvidenceReadyEntry[] {
  return entriesOf(data, (entry, field) => {
    const { statement, state, recordedTime } = readMembers(entry, field, [
      'statement',
      'state',
      'recordedTime',
    ]);
    if (state !== 'recorded' && state !== 'complete')
      throw fault(`${field}.state`, 'must be recorded or complete');
    return {
      statement: readRule(statement, `${field}.statement`, BYTES_32),
      state,
      recordedTime: readText(recordedTime, `${field}.recordedTime`, 40),
    };
  });
}

/** The attachment of `EventsAccepted`: sealed facts, null where they were erased. */
export function parseSealedFacts(attachment: Uint8Array): (SealedBytes | null)[] {
  return membersOf(attachment).map((member, i) => {
    if (member === null) return null;
    const field = `attachment.${i.toString()}`;
    const [ciphertext, key] = readPieces(member, field, 2);
    return sealedPieces(ciphertext, key, field);
  });
}

/** Openings as they are sealed in a zone: the ten disclosures as one text, joined as in an SD-JWT. */
export function encodeOpenings(disclosures: readonly string[]): Uint8Array {
  return utf8Encode(disclosures.join('~'));
}

/** The inverse of {@link encodeOpenings}. */
export function decodeOpenings(bytes: Uint8Array): string[] {
  return utf8Decode(bytes).split('~');
}

/** The attachment of `EventsAccepted`. */
export function encodeSealedFacts(facts: readonly (SealedBytes | null)[]): Uint8Array {
  return frame(facts.map((one) => (one === null ? null : frame([one.ciphertext, one.key]))));
}

/** What is attached to an entry of `StatementsRecorded`; {@link frame} makes the attachment of all of them. */
export function encodeRecording({ jws, countersignature, path, openings }: Recording): Uint8Array {
  return frame([
    utf8Encode(jws),
    countersignature === null ? null : utf8Encode(countersignature),
    concatBytes(...path),
    openings?.ciphertext ?? null,
    openings?.key ?? null,
  ]);
}

function membersOf(attachment: Uint8Array): (Uint8Array | null)[] {
  return readList(
    unframe(attachment, 'attachment'),
    'attachment',
    MAX_ENTRIES,
    (member) => member as Uint8Array | null,
  );
}

function recordingOf(member: Uint8Array | null | undefined, field: string): Recording {
  if (member == null) throw fault(field, 'must be a recording');
  const [jws, countersignature, path, ciphertext, key] = readPieces(member, field, 5);
  if (
    jws == null ||
    path == null ||
    path.length % HASH_LENGTH !== 0 ||
    path.length > MAX_PATH * HASH_LENGTH
  ) {
    throw fault(field, 'must have a statement and a path');
  }
  return {
    jws: readText(utf8Decode(jws), `${field}.jws`, MAX_STATEMENT_LENGTH),
    countersignature:
      countersignature == null
        ? null
        : readText(utf8Decode(countersignature), `${field}.countersignature`, MAX_COUNTERSIGNATURE_LENGTH),
    // Copies: a hash that is kept must not keep the whole message.
    path: Array.from({ length: path.length / HASH_LENGTH }, (_, i) =>
      path.slice(i * HASH_LENGTH, (i + 1) * HASH_LENGTH),
    ),
    openings: ciphertext == null && key == null ? null : sealedPieces(ciphertext, key, `${field}.openings`),
  };
}

function sealedPieces(
  ciphertext: Uint8Array | null | undefined,
  key: Uint8Array | null | undefined,
  field: string,
): SealedBytes {
  if (ciphertext == null || key == null || ciphertext.length > MAX_SEALED || key.length > MAX_KEY) {
    throw fault(field, 'must be sealed bytes and their key');
  }
  return { ciphertext, key };
}

function readPieces(member: Uint8Array, field: string, count: number): (Uint8Array | null)[] {
  const pieces = unframe(member, field);
  if (pieces.length !== count) throw fault(field, `must be ${count.toString()} pieces`);
  return pieces;
}

function entriesOf<T>(
  data: unknown,
  read: (entry: unknown, field: string) => T,
  most: number = MAX_ENTRIES,
): T[] {
  return readList(readMembers(data, 'data', ['entries'])['entries'], 'data.entries', most, read);
}

function statementEntry(
  { event, statement }: Readonly<Record<string, unknown>>,
  field: string,
): StatementEntry {
  return {
    event: readNullable(event, `${field}.event`, readUuid),
    statement: readRule(statement, `${field}.statement`, BYTES_32),
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function readUuid(value: unknown, field: string): string {
  return readRule(value, field, { rule: 'must be a UUID in lower case', holds: (text) => UUID.test(text) });
}
