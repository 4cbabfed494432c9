import { decodeBase64, decodeHex, encodeBase64, utf8Decode, utf8Encode } from './bytes.js';
import { ProtocolError } from './error.js';
import { BYTES_32, IDENTIFIER, MEMBER_ID } from './rules.js';
import {
  fault,
  readBytes,
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
// other. Data hold ids and hashes; what may have to be erased stands in the attachment, a JSON array beside `entries`.

/** Most entries in one event. */
export const MAX_ENTRIES = 100;

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

/** `StatementsRecorded`: statements of one slot, with their places under the root that was written to the ledger. */
export interface StatementsRecorded {
  readonly by: string;
  readonly slot: number;
  readonly root: Uint8Array;
  readonly entries: readonly RecordedEntry[];
}

/** One recorded statement: what stands in the data and, from `jws` on, in the attachment. */
export interface RecordedEntry extends StatementEntry {
  readonly issuer: string;
  readonly counterpart: string;
  readonly index: number;
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
  return entriesOf(data, (entry, field) =>
    statementEntry(readMembers(entry, field, ['event', 'statement']), field),
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

/** Data of `RecordsKept`: the exchange keeps these events to compare statements with. */
export function parseRecordsKept(data: unknown): { readonly event: string }[] {
  return entriesOf(data, (entry, field) => ({
    event: readUuid(readMembers(entry, field, ['event'])['event'], `${field}.event`),
  }));
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
  const attached = parseAttachment(attachment);
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
    }).map((entry, i) => ({ ...entry, ...recordedAttachment(attached[i], `attachment.${i.toString()}`) })),
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
  return parseAttachment(attachment).map((entry, i) =>
    readNullable(entry, `attachment.${i.toString()}`, sealed),
  );
}

/** Openings as they are sealed in a zone: the ten disclosures as one text, joined as in an SD-JWT. */
export function encodeOpenings(disclosures: readonly string[]): Uint8Array {
  return utf8Encode(disclosures.join('~'));
}

/** The inverse of {@link encodeOpenings}. */
export function decodeOpenings(bytes: Uint8Array): string[] {
  return utf8Decode(bytes).split('~');
}

/** The JSON form of sealed bytes in an attachment. */
export function sealedToJson({ ciphertext, key }: SealedBytes): { ciphertext: string; key: string } {
  return { ciphertext: encodeBase64(ciphertext), key: encodeBase64(key) };
}

/** The bytes of an attachment: a JSON array with one member for each entry of the event. */
export function encodeAttachment(entries: readonly unknown[]): Uint8Array {
  return utf8Encode(JSON.stringify(entries));
}

function parseAttachment(attachment: Uint8Array): unknown[] {
  try {
    return readList(JSON.parse(utf8Decode(attachment)), 'attachment', MAX_ENTRIES, (entry) => entry);
  } catch (cause) {
    if (cause instanceof ProtocolError && cause.code === 'message') throw cause;
    throw new ProtocolError('message', 'must be a JSON array in UTF-8', { field: 'attachment', cause });
  }
}

function recordedAttachment(
  value: unknown,
  field: string,
): Pick<RecordedEntry, 'jws' | 'countersignature' | 'path' | 'openings'> {
  const { jws, countersignature, path, openings } = readMembers(value, field, [
    'jws',
    'countersignature',
    'path',
    'openings',
  ]);
  return {
    jws: readText(jws, `${field}.jws`, MAX_STATEMENT_LENGTH),
    countersignature: readNullable(countersignature, `${field}.countersignature`, (text, at) =>
      readText(text, at, MAX_COUNTERSIGNATURE_LENGTH),
    ),
    path: readList(path, `${field}.path`, 20, (hash, at) => readHash(hash, at, decodeBase64)),
    openings: readNullable(openings, `${field}.openings`, sealed),
  };
}

function entriesOf<T>(data: unknown, read: (entry: unknown, field: string) => T): T[] {
  return readList(readMembers(data, 'data', ['entries'])['entries'], 'data.entries', MAX_ENTRIES, read);
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

function sealed(value: unknown, field: string): SealedBytes {
  const { ciphertext, key } = readMembers(value, field, ['ciphertext', 'key']);
  return {
    ciphertext: readBytes(ciphertext, `${field}.ciphertext`, 65_536, decodeBase64),
    key: readBytes(key, `${field}.key`, 1024, decodeBase64),
  };
}
