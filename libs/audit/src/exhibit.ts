import type { Charter } from '@besure/governance';
import {
  type CheckpointBody,
  decodeBase64,
  equalBytes,
  leafHash,
  type LogEntry,
  parseCheckpoint,
  parseLogEntry,
  ProtocolError,
  type Primitives,
  rootFromInclusionProof,
} from '@besure/protocol';
import { type KnownLine, knownLines } from '@besure/verification';
import type { Exhibit, ExhibitEntry } from './accusation.js';
import { assertThat, NotProven } from './codes.js';

/** An exhibit whose entries stand in its tree, with the signature lines that are of the charter's keys and verify. */
export interface HeldExhibit {
  readonly body: CheckpointBody;
  readonly note: string;
  readonly lines: readonly KnownLine[];
  /** In the order of their indexes, none twice. */
  readonly entries: readonly HeldEntry[];
}

/** What stands in the log of an exhibit. */
export interface HeldEntry {
  readonly index: number;
  readonly bytes: Uint8Array;
  /** `null` for what no ledger can bring about. */
  readonly entry: LogEntry | null;
}

/** Checks an exhibit by itself. Throws NotProven. */
export function holdExhibit(
  { note, entries }: Exhibit,
  charter: Charter,
  primitives: Primitives,
): HeldExhibit {
  let body: CheckpointBody;
  let lines: readonly KnownLine[];
  try {
    body = parseCheckpoint(note);
    lines = knownLines(note, charter, primitives);
  } catch (cause) {
    throw new NotProven('checkpoint-malformed', '', { cause });
  }
  assertThat(body.origin === charter.log.origin, 'other-log', body.origin);
  const held = entries.map((entry) => holdEntry(entry, body, primitives));
  const isAscending = held.every(({ index }, i) => i === 0 || index > (held[i - 1]?.index ?? index));
  assertThat(isAscending, 'exhibits-unfit', 'the entries do not stand in the order of the log');
  return { body, note, lines, entries: held };
}

function holdEntry(
  { index, entry, proof }: ExhibitEntry,
  body: CheckpointBody,
  primitives: Primitives,
): HeldEntry {
  const { sha256 } = primitives;
  try {
    const bytes = decodeBase64(entry);
    const root = rootFromInclusionProof(
      leafHash(bytes, sha256),
      index,
      body.size,
      proof.map(decodeBase64),
      sha256,
    );
    if (equalBytes(root, body.root)) return { index, bytes, entry: readEntry(bytes) };
  } catch (cause) {
    throw new NotProven('entry-not-in-log', `the entry at ${index.toString()}`, { cause });
  }
  throw new NotProven('entry-not-in-log', `the entry at ${index.toString()}`);
}

function readEntry(bytes: Uint8Array): LogEntry | null {
  try {
    return parseLogEntry(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return null;
  }
}
