import { type Charter, isWithin, type Period } from '@besure/governance';
import {
  type CheckpointBody,
  NO_TIME,
  type NoteSignature,
  parseCheckpoint,
  type Primitives,
  verifyCheckpointSignature,
} from '@besure/protocol';
import { type CheckpointKey, checkpointKeys } from './checkpoint-keys.js';

/** A signature line on a published checkpoint that verifies under a key of the charter. */
export interface KnownLine extends CheckpointKey {
  readonly line: string;
  /** POSIX seconds; 0 for a line as the log. */
  readonly time: number;
}

/** Times with a meaning: after 1970 begins, and before the year 10000, where RFC 3339 ends. */
const ALL_TIMES: Period = { from: 1, until: 253_402_300_800 };
/** Lines of one key that are tried: to verify costs more than to send. */
const MOST_TRIED = 4;

/**
 * The signature lines of a published checkpoint that are of keys of the charter and verify, one of each key, its earliest, in
 * the order of keys: those that count, and Ed25519 lines for existing tools. All others are left out, as C2SP asks; so are
 * those with a time outside of the key's period. There are none where the checkpoint is of another log. Throws a
 * ProtocolError for what is no checkpoint.
 */
export function knownLines(note: string, charter: Charter, primitives: Primitives): KnownLine[] {
  const { origin, size, root, signatures } = parseCheckpoint(note);
  if (origin !== charter.log.origin) return [];
  return checkpointKeys(charter, primitives.sha256).flatMap((known) => {
    const verified = signatures
      .filter((signature) => isOf(signature, known))
      .slice(0, MOST_TRIED)
      .flatMap((signature): KnownLine[] => {
        const time = timeOf({ origin, size, root }, signature, known, primitives);
        const counts = time !== null && (known.role === 'log' || isWithin(known.period, time));
        return counts ? [{ ...known, line: signature.line, time }] : [];
      });
    // Of several by one key the earliest stands: all are its word, and evidence carries one.
    return verified.toSorted((a, b) => a.time - b.time).slice(0, 1);
  });
}

/** Whether a signature line names that key. */
export function isOf(signature: NoteSignature, { key }: CheckpointKey): boolean {
  return signature.name === key.name && signature.keyId === key.keyId;
}

/** The time of a signature that verifies and has one where it is due, and only there; else `null`. */
export function timeOf(
  body: CheckpointBody,
  signature: NoteSignature,
  { key, role }: CheckpointKey,
  primitives: Primitives,
): number | null {
  let time: number;
  try {
    time = verifyCheckpointSignature(body, signature, key, primitives);
  } catch {
    return null;
  }
  const isDue = role === 'log' ? time === NO_TIME : isWithin(ALL_TIMES, time);
  return isDue ? time : null;
}
