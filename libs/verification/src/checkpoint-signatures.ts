import type { Charter } from '@besure/governance';
import {
  type Checkpoint,
  type CheckpointBody,
  formatCheckpoint,
  NO_TIME,
  type NoteSignature,
  parseCheckpoint,
  type Primitives,
  verifyCheckpointSignature,
} from '@besure/protocol';
import { type CheckpointKey, checkpointKeys } from './checkpoint-keys.js';
import { assertThat } from './refusal.js';

/** The end of the year 9999: beyond it a time has no RFC 3339 form. */
const LAST_SECOND = 253_402_300_799;

/** What the signatures on a checkpoint amount to under a charter. */
export interface CheckpointStanding {
  /** Whether a hub signed it as the log, by ML-DSA-44. */
  readonly signedByLog: boolean;
  /** The hubs whose ML-DSA-44 cosignatures count, in the charter's order. */
  readonly hubs: readonly string[];
  /** The time, in POSIX seconds, at which the quorum was reached; `null` when it was not. */
  readonly recordedTime: number | null;
}

/** A checkpoint as published, judged. */
export interface JudgedCheckpoint extends CheckpointStanding {
  readonly checkpoint: CheckpointBody;
  /**
   * The same checkpoint as evidence may carry it: only signatures of the charter's keys that verify, each once, in their
   * order. `null` when none is left.
   */
  readonly forEvidence: string | null;
}

/**
 * Judges a published checkpoint under a charter: unknown signatures are ignored, as C2SP asks, and so are those that do not
 * verify. Throws a ProtocolError for what is no checkpoint, and for a checkpoint of another log.
 */
export function judgeCheckpoint(note: string, charter: Charter, primitives: Primitives): JudgedCheckpoint {
  const { origin, size, root, signatures } = parseCheckpoint(note);
  const checkpoint = { origin, size, root };
  const found = checkpointKeys(charter, primitives.sha256).flatMap((key): Verified[] => {
    if (origin !== charter.log.origin) return [];
    const ofKey = signatures.filter((signature) => isOf(signature, key));
    const verified = ofKey.flatMap((signature) => {
      const timestamp = timestampOf(checkpoint, signature, key, primitives);
      return timestamp === null ? [] : [{ key, timestamp, line: signature.line }];
    });
    // Of several by one key the earliest stands: all are its word, and evidence carries one.
    return verified.sort((a, b) => a.timestamp - b.timestamp).slice(0, 1);
  });
  const lines = found.map(({ line }) => line);
  return {
    checkpoint,
    ...standingOf(found, charter),
    forEvidence: lines.length === 0 ? null : formatCheckpoint(checkpoint, lines),
  };
}

/**
 * Verifies the signatures of a checkpoint in evidence: every line must be of a key of the charter, stand in its place, and
 * verify. A line that is ignored would be a part of the evidence that anyone can change.
 */
export function verifyEvidenceCheckpoint(
  checkpoint: Checkpoint,
  charter: Charter,
  primitives: Primitives,
): CheckpointStanding {
  const keys = checkpointKeys(charter, primitives.sha256);
  let next = 0;
  const found = checkpoint.signatures.map((signature): Verified => {
    const place = keys.findIndex((key, i) => i >= next && isOf(signature, key));
    const key = keys[place];
    assertThat(key !== undefined, 'signature-line-surplus', `a line of ${signature.name}`);
    next = place + 1;
    const timestamp = timestampOf(checkpoint, signature, key, primitives);
    assertThat(timestamp !== null, 'checkpoint-signature', `that of ${signature.name}`);
    return { key, timestamp, line: signature.line };
  });
  return standingOf(found, charter);
}

interface Verified {
  readonly key: CheckpointKey;
  readonly timestamp: number;
  readonly line: string;
}

function isOf(signature: NoteSignature, { key }: CheckpointKey): boolean {
  return signature.name === key.name && signature.keyId === key.keyId;
}

/** The time stamp of a signature that verifies and has a time where one is due, and only there; else `null`. */
function timestampOf(
  body: CheckpointBody,
  signature: NoteSignature,
  { key, role }: CheckpointKey,
  primitives: Primitives,
): number | null {
  let timestamp: number;
  try {
    timestamp = verifyCheckpointSignature(body, signature, key, primitives);
  } catch {
    return null;
  }
  const hasTime = timestamp !== NO_TIME;
  return hasTime === (role === 'witness') && timestamp <= LAST_SECOND ? timestamp : null;
}

/**
 * Only ML-DSA-44 counts: an Ed25519 line is for existing tools. A hub counts once: it has one such key as a witness. The
 * recorded time is the smallest by which a quorum had signed, so that no late or lying minority can move it.
 */
function standingOf(found: readonly Verified[], { quorum }: Charter): CheckpointStanding {
  const counted = found.filter(({ key }) => key.key.type === 'ml-dsa-44');
  const cosigned = counted.filter(({ key }) => key.role === 'witness');
  const times = cosigned.map(({ timestamp }) => timestamp).sort((a, b) => a - b);
  // This version of the charter names no witnesses beside the hubs: a quorum of them cannot be met.
  const needed = quorum.witnesses > 0 ? Infinity : Math.max(1, quorum.hubs);
  return {
    signedByLog: counted.some(({ key }) => key.role === 'log'),
    hubs: cosigned.map(({ key }) => key.hub),
    recordedTime: times[needed - 1] ?? null,
  };
}
