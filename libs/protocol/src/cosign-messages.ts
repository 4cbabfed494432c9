import { readCount, readList, readMembers, readText } from './shape.js';
import { MAX_LENGTH } from './signed-note.js';

// Cosigned checkpoints on their way from witnesses to hubs, and checkpoints that wait for them. Nothing here is believed: notes are
// checked by their signatures.

/** Most checkpoints in one message. */
export const MAX_CHECKPOINTS = 16;

/** What a hub shows to witnesses. */
export interface PendingCheckpoints {
  /** The newest checkpoint under a quorum and those after it, smallest first. */
  readonly checkpoints: readonly string[];
  /** Signed checkpoints of this log that contradict the hub's own, as they came to it. */
  readonly contradictions: readonly string[];
}

/** Reads a request on `SUBJECTS.cosign`: checkpoint notes with the signature lines that the hub may lack. */
export function parseCosignRequest(value: unknown): string[] {
  return readNotes(readMembers(value, 'request', ['checkpoints'])['checkpoints'], 'checkpoints');
}

/** Reads the answer to it: how many lines were new to the hub. */
export function parseCosignAnswer(value: unknown): number {
  return readCount(readMembers(value, 'answer', ['merged'], ['ok'])['merged'], 'merged');
}

/** Reads what a hub serves as pending. */
export function parsePendingCheckpoints(value: unknown): PendingCheckpoints {
  const { checkpoints, contradictions } = readMembers(value, 'pending', ['checkpoints', 'contradictions']);
  return {
    checkpoints: readNotes(checkpoints, 'checkpoints'),
    contradictions: readNotes(contradictions, 'contradictions'),
  };
}

function readNotes(value: unknown, field: string): string[] {
  return readList(value, field, MAX_CHECKPOINTS, (note, at) => readText(note, at, MAX_LENGTH));
}
