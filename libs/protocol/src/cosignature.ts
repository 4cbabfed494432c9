import { concatBytes, readU64be, u64be, utf8Encode } from './bytes.js';
import { type CheckpointBody, formatCheckpointText } from './checkpoint.js';
import { ProtocolError } from './error.js';
import type { NoteKey } from './note-key.js';
import type { Primitives } from './primitives.js';
import { formatSignatureLine, type NoteSignature } from './signed-note.js';

// Signatures on checkpoints: Ed25519 as the log (https://c2sp.org/signed-note), and the two kinds of
// https://c2sp.org/tlog-cosignature. A log also signs by subtree/v1, under its origin as name and with time stamp 0:
// a log makes no statement about time, only its witnesses do.

/** The time stamp of a signature that says nothing about time. */
export const NO_TIME = 0;

const SUBTREE_LABEL = utf8Encode('subtree/v1\n\0');
/** How long a signature of each kind is, without its time. */
export const SIGNATURE_LENGTHS = { 'ed25519-log': 64, 'ed25519-cosignature': 64, 'ml-dsa-44': 2420 } as const;

/**
 * The bytes that a key signs to sign a checkpoint. `timestamp` is in POSIX seconds; {@link NO_TIME} for a signature as the
 * log, which the Ed25519 form of a log signature has no place for anyway.
 */
export function checkpointMessage(key: NoteKey, body: CheckpointBody, timestamp: number): Uint8Array {
  checkTimestamp(key, timestamp);
  switch (key.type) {
    case 'ed25519-log':
      return utf8Encode(formatCheckpointText(body));
    case 'ed25519-cosignature':
      return utf8Encode(`cosignature/v1\ntime ${timestamp}\n${formatCheckpointText(body)}`);
    case 'ml-dsa-44':
      return subtreeMessage(key.name, body, timestamp);
    default:
      return key.type satisfies never;
  }
}

/** The signature line over a checkpoint for the signature that a key made over {@link checkpointMessage}. */
export function checkpointSignatureLine(key: NoteKey, signature: Uint8Array, timestamp: number): string {
  checkTimestamp(key, timestamp);
  if (signature.length !== SIGNATURE_LENGTHS[key.type]) throw refusal('the signature has the wrong length');
  const stamped = key.type === 'ed25519-log' ? signature : concatBytes(u64be(timestamp), signature);
  return formatSignatureLine(key.name, key.keyId, stamped);
}

/** Signs a checkpoint with one key and returns the signature line: message, signature and line in one step. */
export function signCheckpoint(
  key: NoteKey,
  body: CheckpointBody,
  timestamp: number,
  sign: (message: Uint8Array) => Uint8Array,
): string {
  return checkpointSignatureLine(key, sign(checkpointMessage(key, body, timestamp)), timestamp);
}

/**
 * Verifies one signature line over a checkpoint under the key that it claims, and returns its time stamp in POSIX
 * seconds; {@link NO_TIME} where it says nothing about time. Throws `cosignature`.
 */
export function verifyCheckpointSignature(
  body: CheckpointBody,
  signature: NoteSignature,
  key: NoteKey,
  primitives: Primitives,
): number {
  if (signature.name !== key.name || signature.keyId !== key.keyId)
    throw refusal('the signature is of another key');
  const stamp = key.type === 'ed25519-log' ? 0 : 8;
  if (signature.signature.length !== stamp + SIGNATURE_LENGTHS[key.type]) {
    throw refusal('the signature has the wrong length');
  }
  const timestamp = stamp === 0 ? NO_TIME : readTimestamp(signature.signature);
  const message = checkpointMessage(key, body, timestamp);
  const bytes = signature.signature.subarray(stamp);
  const verifies =
    key.type === 'ml-dsa-44'
      ? primitives.verifyMlDsa44(key.publicKey, message, bytes)
      : primitives.verifyEd25519(key.publicKey, message, bytes);
  if (!verifies) throw refusal('the signature does not verify');
  return timestamp;
}

/** The `cosigned_message` of tlog-cosignature for a whole tree: start 0, end the size. */
function subtreeMessage(
  cosigner: string,
  { origin, size, root }: CheckpointBody,
  timestamp: number,
): Uint8Array {
  return concatBytes(
    SUBTREE_LABEL,
    shortText(cosigner),
    u64be(timestamp),
    shortText(origin),
    u64be(0),
    u64be(size),
    root,
  );
}

/** A text of 1 to 255 bytes behind one byte that holds its length. */
function shortText(text: string): Uint8Array {
  const bytes = utf8Encode(text);
  if (bytes.length < 1 || bytes.length > 255) throw refusal('a name has 1 to 255 bytes');
  return concatBytes(Uint8Array.of(bytes.length), bytes);
}

function checkTimestamp(key: NoteKey, timestamp: number): void {
  const timeless = key.type === 'ed25519-log';
  if (!Number.isSafeInteger(timestamp) || timestamp < 0 || (timeless && timestamp !== NO_TIME)) {
    throw refusal('not a time stamp for this kind of key');
  }
}

function readTimestamp(stamped: Uint8Array): number {
  try {
    return readU64be(stamped, 0);
  } catch (cause) {
    throw new ProtocolError('cosignature', 'the time stamp is not below 2^53', { cause });
  }
}

function refusal(message: string): ProtocolError {
  return new ProtocolError('cosignature', message);
}
