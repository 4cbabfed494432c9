import { decodeBase64, encodeBase64 } from './bytes.js';
import { parseDecimal } from './decimal.js';
import { ProtocolError } from './error.js';
import type { TreeHead } from './merkle.js';
import { formatSignedNote, isKeyName, type NoteSignature, parseSignedNote } from './signed-note.js';

// Checkpoints: https://c2sp.org/tlog-checkpoint. Ours have no extension lines: an ML-DSA-44 cosignature does not
// cover them, so in evidence they would be bytes that anyone can change.

/** What a checkpoint says: this log, at this size, has this root. */
export interface CheckpointBody extends TreeHead {
  /** The log's name, the first line: also the name of the keys that sign as the log. */
  readonly origin: string;
}

/** A checkpoint as it came, with its signature lines; none of them is verified yet. */
export interface Checkpoint extends CheckpointBody {
  /** The note text: the three lines, final newline included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Parses a checkpoint. Throws `checkpoint`, or `signed-note` for what is wrong with the note around it. */
export function parseCheckpoint(note: string): Checkpoint {
  const { text, signatures } = parseSignedNote(note);
  return { ...parseCheckpointText(text), text, signatures };
}

/** Parses the text of a checkpoint without signatures. Throws `checkpoint`. */
export function parseCheckpointText(text: string): CheckpointBody {
  const lines = text.split('\n');
  const [origin, size, root, end] = lines;
  if (lines.length > 4)
    throw refusal('the checkpoint has extension lines, which not every cosignature covers');
  if (origin === undefined || size === undefined || root === undefined || end !== '') {
    throw refusal('a checkpoint has three lines');
  }
  const body = { origin, size: parseDecimal(size, 'checkpoint', 'the tree size'), root: parseHash(root) };
  checkBody(body);
  return body;
}

/** The text of a checkpoint, the part that is signed. Throws `checkpoint`. */
export function formatCheckpointText(body: CheckpointBody): string {
  checkBody(body);
  return `${body.origin}\n${body.size}\n${encodeBase64(body.root)}\n`;
}

/** A whole checkpoint: the text, an empty line, the signature lines. At least one line is needed. */
export function formatCheckpoint(body: CheckpointBody, signatureLines: readonly string[]): string {
  return formatSignedNote(formatCheckpointText(body), signatureLines);
}

function checkBody({ origin, size, root }: CheckpointBody): void {
  if (!isKeyName(origin)) throw refusal('the origin cannot name a key');
  if (!Number.isSafeInteger(size) || size < 0) throw refusal('the tree size is not a number below 2^53');
  if (root.length !== 32) throw refusal('the root hash has not 32 bytes');
}

function parseHash(text: string): Uint8Array {
  try {
    return decodeBase64(text);
  } catch (cause) {
    throw new ProtocolError('checkpoint', 'the root hash is not base64', { cause });
  }
}

function refusal(message: string): ProtocolError {
  return new ProtocolError('checkpoint', message);
}
