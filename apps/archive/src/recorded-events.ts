import type { StoredEvent } from '@besure/event-store';
import { type FactsVault, KeyError, type Sealed } from '@besure/keys';
import {
  type RecordedEntry,
  type Sha256,
  type Statement,
  parseStatement,
  parseStatementsRecorded,
  type SlotPaths,
  statementLeaf,
  decodeOpenings,
} from '@besure/protocol';
import { ArchiveError } from './error.js';
import type { KeptPart, KeptRecording } from './kept-part.js';
import { type KeptOpenings, messageHash, openAll } from './openings.js';

/** What reading needs. */
export interface ReadingContext {
  readonly organisation: string;
  readonly vault: FactsVault;
  readonly sha256: Sha256;
  readonly paths: SlotPaths;
  /** Told of openings that open nothing; the recording is kept without them. */
  readonly onMismatch: (statement: string) => void;
}

/**
 * What proof recorded, from a batch of its events, checked: each path leads from the statement to the root, and the openings open the
 * statement. Other types are proof's own business.
 *
 * @throws ArchiveError `recorded-malformed`, ProtocolError: our own proof says what cannot be, so none of it is kept before a person has looked;
 * KeyError `sealed-unknown-key` while the key file lacks the key that sealed openings
 */
export function readRecorded(events: readonly StoredEvent[], context: ReadingContext): KeptPart[] {
  return events
    .filter((event) => event.type === 'StatementsRecorded')
    .map((event) => readPart(event, context));
}

function readPart(event: StoredEvent, context: ReadingContext): KeptPart {
  if (event.attachment === null) throw malformed(event, 'its attachment is gone');
  const { by, slot, root, entries } = parseStatementsRecorded(event.data, event.attachment);
  const recordings = entries.map((entry) => {
    const statement = parseStatement(entry.jws, context.sha256);
    if (statement.id !== entry.statement || statement.issuer !== entry.issuer) {
      throw malformed(event, 'an entry does not name its statement');
    }
    const leaf = statementLeaf(entry.jws, entry.countersignature, context.sha256);
    if (!context.paths.leadsTo(root, leaf, entry.index, entry.path)) {
      throw malformed(event, 'a path does not lead to the root');
    }
    return keptRecording(entry, statement, context);
  });
  return { member: by, slot, root, recordings };
}

function keptRecording(entry: RecordedEntry, statement: Statement, context: ReadingContext): KeptRecording {
  return {
    statement: statement.id,
    issuer: statement.issuer,
    jws: entry.jws,
    countersignature: entry.countersignature,
    isKnown: false,
    openings: openingsOf(statement, entry.openings, context),
    index: entry.index,
    path: entry.path,
    counterpart: statement.issuer === context.organisation ? null : entry.counterpart,
  };
}

function openingsOf(
  statement: Statement,
  openings: RecordedEntry['openings'],
  { organisation, vault, sha256, onMismatch }: ReadingContext,
): KeptOpenings | null {
  if (openings === null) return null;
  // Kept as it came: sealed once, by proof, under a key of this statement.
  const sealed: Sealed = { ciphertext: openings.ciphertext, wrappedKey: openings.key };
  // The exchange only passes them on, to an archive that checks them itself; its proof has opened them before it countersigned.
  if (statement.issuer !== organisation) return { sealed, message: null };
  try {
    const claims = openAll(statement, decodeOpenings(vault.open(sealed)), sha256);
    return { sealed, message: messageHash(claims.message, vault) };
  } catch (error) {
    // Nobody would offer them again: what a key file lacks is waited for.
    if (error instanceof KeyError && error.retryable) throw error;
    onMismatch(statement.id);
    return null;
  }
}

function malformed(event: StoredEvent, why: string): ArchiveError {
  return new ArchiveError('recorded-malformed', `${event.type} at ${event.position}: ${why}`);
}
