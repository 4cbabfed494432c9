import { concatBytes, decodeBase64, encodeBase64, readU32be, u32be } from './bytes.js';
import { ProtocolError } from './error.js';

// Signed notes: https://c2sp.org/signed-note@v1.0.0

/** One signature line of a note. Which algorithm it is follows from the key that its name and key id stand for. */
export interface NoteSignature {
  readonly name: string;
  /** The first four bytes of the signature line, as an unsigned number. */
  readonly keyId: number;
  /** The bytes after the key id. */
  readonly signature: Uint8Array;
  /** The line as it came, without its newline. */
  readonly line: string;
}

/** A text with the lines that sign it. */
export interface SignedNote {
  /** What is signed: everything before the empty line, its final newline included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Most signature lines in a note. The specification asks for a limit of at least 16; ML-DSA-44 lines have 3.3 kB. */
export const MAX_SIGNATURES = 256;
/** Most characters of a note. */
export const MAX_LENGTH = 1_000_000;

/** Parses a signed note. Nothing is verified. Throws `signed-note`. */
export function parseSignedNote(note: string): SignedNote {
  if (note.length > MAX_LENGTH) throw refusal('the note is too long');
  // Newline is the only control character that a note may hold.
  // eslint-disable-next-line no-control-regex
  if (!note.isWellFormed() || /[\u0000-\u0009\u000b-\u001f]/.test(note)) {
    throw refusal('the note has a character that notes may not have');
  }
  const gap = note.lastIndexOf('\n\n');
  if (gap < 0) throw refusal('the note has no empty line before its signatures');
  const rest = note.slice(gap + 2);
  if (!rest.endsWith('\n')) throw refusal('the note does not end in a full signature line');
  const lines = rest.slice(0, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw refusal('the note has too many signatures');
  return { text: note.slice(0, gap + 1), signatures: lines.map(parseSignatureLine) };
}

/** A note from its text and its signature lines. Throws `signed-note` when it would not parse. */
export function formatSignedNote(text: string, lines: readonly string[]): string {
  const note = `${text}\n${lines.map((line) => `${line}\n`).join('')}`;
  if (parseSignedNote(note).text !== text) throw refusal('the text of the note does not end in a newline');
  return note;
}

/** Parses one signature line, without its newline. Throws `signed-note`. */
export function parseSignatureLine(line: string): NoteSignature {
  const [dash, name, encoded, ...more] = line.split(' ');
  if (
    dash !== '\u2014' ||
    name === undefined ||
    encoded === undefined ||
    more.length > 0 ||
    !isKeyName(name)
  ) {
    throw refusal('not a signature line');
  }
  const bytes = decodeSignature(encoded);
  if (bytes.length < 5) throw refusal('the signature is too short');
  return { name, keyId: readU32be(bytes, 0), signature: bytes.subarray(4), line };
}

/** The signature line for these parts, without its newline. */
export function formatSignatureLine(name: string, keyId: number, signature: Uint8Array): string {
  if (!isKeyName(name)) throw refusal('not a key name');
  return `\u2014 ${name} ${encodeBase64(concatBytes(u32be(keyId), signature))}`;
}

// Unicode spaces by code point, not by property: the answer must not change with a Unicode version.
// eslint-disable-next-line no-control-regex
const KEY_NAME = /^[^\u0000-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]+$/;

/** Whether a text may name a key: not empty, no Unicode space, no plus, no control character. */
export function isKeyName(name: string): boolean {
  return name.isWellFormed() && KEY_NAME.test(name);
}

function decodeSignature(encoded: string): Uint8Array {
  try {
    return decodeBase64(encoded);
  } catch (cause) {
    throw new ProtocolError('signed-note', 'the signature is not base64', { cause });
  }
}

function refusal(message: string): ProtocolError {
  return new ProtocolError('signed-note', message);
}
