import { readU64be } from './bytes.js';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.js';
import { NO_TIME, SIGNATURE_LENGTHS } from './cosignature.js';
import { MAX_LENGTH, MAX_SIGNATURES, type NoteSignature, parseSignatureLine } from './signed-note.js';

/**
 * Which line of a key stands on a checkpoint, where it has signed more than once. The earliest says since when something exists; the latest says
 * until when its signer knew of nothing newer.
 */
export type KeptLine = 'earliest' | 'latest';

/**
 * Adds signature lines, which the caller has verified, to a checkpoint: at its end, in the order given. Each key has one line, by its
 * time. The text never changes, and adding twice is adding once. Lines for which the note has no room are left out.
 */
export function addSignatures(
  note: string,
  lines: readonly string[],
  keptLine: KeptLine = 'earliest',
): string {
  const isPreferred = (time: number, before: number): boolean =>
    keptLine === 'earliest' ? time < before : time > before;
  const checkpoint = parseCheckpoint(note);
  const kept = new Map<string, NoteSignature>();
  let length = checkpoint.text.length + 1;
  for (const signature of [...checkpoint.signatures, ...lines.map(parseSignatureLine)]) {
    const key = `${signature.keyId} ${signature.name}`;
    const before = kept.get(key);
    if (before === undefined) {
      if (kept.size === MAX_SIGNATURES || length + signature.line.length + 1 > MAX_LENGTH) continue;
    } else if (
      !isPreferred(statedTime(signature), statedTime(before)) ||
      signature.line.length !== before.line.length
    ) {
      continue;
    }
    length += signature.line.length - (before?.line.length ?? -1);
    kept.set(key, signature);
  }
  return formatCheckpoint(
    checkpoint,
    [...kept.values()].map(({ line }) => line),
  );
}

/** The time in a line that verifies: its length tells what kind it is. */
function statedTime({ signature }: NoteSignature): number {
  const isStamped = [SIGNATURE_LENGTHS['ed25519-cosignature'], SIGNATURE_LENGTHS['ml-dsa-44']].some(
    (length) => signature.length === 8 + length,
  );
  return isStamped ? readU64be(signature, 0) : NO_TIME;
}
