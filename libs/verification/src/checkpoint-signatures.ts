import { type Charter, isWithin, type Terms } from '@besure/governance';
import {
  type Checkpoint,
  type CheckpointBody,
  formatCheckpoint,
  parseCheckpoint,
  type Primitives,
} from '@besure/protocol';
import { evidenceKeys } from './checkpoint-keys.js';
import { isOf, type KnownLine, knownLines, timeOf } from './known-lines.js';
import { assertThat } from './refusal.js';

/** Whose signatures on a checkpoint count under a charter. */
export interface Cosigned {
  /** Whether a hub signed it as the log, by ML-DSA-44. */
  readonly signedByLog: boolean;
  /** The hubs whose ML-DSA-44 cosignatures count, in the charter's order. */
  readonly hubs: readonly string[];
  /** The other witnesses whose cosignatures count, in the charter's order. */
  readonly witnesses: readonly string[];
  /** The operators and groups that these are, each with its earliest time in POSIX seconds. */
  readonly operatorTimes: ReadonlyMap<string, number>;
  readonly groupTimes: ReadonlyMap<string, number>;
}

/** What the signatures on a checkpoint amount to under a charter. */
export interface CheckpointStanding extends Pick<Cosigned, 'signedByLog' | 'hubs' | 'witnesses'> {
  /** How many operators and groups these are. */
  readonly operators: number;
  readonly groups: number;
  /** The time, in POSIX seconds, at which the quorum was reached; `null` when it was not. */
  readonly recordedTime: number | null;
  /** The latest time, in POSIX seconds, at which a quorum stood by it; `null` when none did. */
  readonly upheldTime: number | null;
}

/** A checkpoint as published, judged. */
export interface JudgedCheckpoint extends CheckpointStanding {
  readonly checkpoint: CheckpointBody;
  /**
   * The same checkpoint as evidence may carry it: only signatures of the charter's ML-DSA-44 keys that verify and count, each
   * once, in their order. `null` when none is left.
   */
  readonly forEvidence: string | null;
}

/** A checkpoint that a quorum has confirmed, without the lines that do not count. */
export interface QuorateCheckpoint {
  readonly checkpoint: CheckpointBody;
  readonly note: string;
  /** Since when, and until when, a quorum is known to have stood by it, in POSIX seconds. */
  readonly recordedTime: number;
  readonly upheldTime: number;
}

/**
 * Judges a published checkpoint under a charter: unknown signatures are ignored, as C2SP asks, and so are those that do not
 * verify. Throws a ProtocolError for what is no checkpoint; one of another log has nothing that counts.
 */
export function judgeCheckpoint(note: string, charter: Charter, primitives: Primitives): JudgedCheckpoint {
  const { origin, size, root } = parseCheckpoint(note);
  const checkpoint = { origin, size, root };
  const counting = knownLines(note, charter, primitives).filter(({ key }) => key.type === 'ml-dsa-44');
  const lines = counting.map(({ line }) => line);
  const { signedByLog, hubs, witnesses, ...cosigned } = cosignedBy(counting);
  return {
    checkpoint,
    signedByLog,
    hubs,
    witnesses,
    operators: cosigned.operatorTimes.size,
    groups: cosigned.groupTimes.size,
    recordedTime: quorumTime(cosigned, charter.quorum),
    upheldTime: upheldTime(counting, charter.quorum),
    forEvidence: lines.length === 0 ? null : formatCheckpoint(checkpoint, lines),
  };
}

/**
 * The checkpoint that a log may be followed by: signed as the log, and cosigned by the charter's quorum; `null` for one that is
 * not, or not yet. Throws a ProtocolError for what is no checkpoint.
 */
export function quorateCheckpoint(
  note: string,
  charter: Charter,
  primitives: Primitives,
): QuorateCheckpoint | null {
  const judged = judgeCheckpoint(note, charter, primitives);
  const { checkpoint, signedByLog, recordedTime, upheldTime: upheld, forEvidence } = judged;
  if (!signedByLog || recordedTime === null || upheld === null || forEvidence === null) return null;
  return { checkpoint, note: forEvidence, recordedTime, upheldTime: upheld };
}

/**
 * Verifies the signatures of a checkpoint in evidence: every line must be of an ML-DSA-44 key of the charter, stand in its
 * place, and verify. A line that is ignored would be a part of the evidence that anyone can change. One with a time outside of
 * its key's period verifies and counts for nothing.
 */
export function verifyEvidenceCheckpoint(
  checkpoint: Checkpoint,
  charter: Charter,
  primitives: Primitives,
): Cosigned {
  const keys = evidenceKeys(charter, primitives.sha256);
  let next = 0;
  const verified = checkpoint.signatures.map((signature): KnownLine => {
    const place = keys.findIndex((key, i) => i >= next && isOf(signature, key));
    const key = keys[place];
    assertThat(key !== undefined, 'signature-line-surplus', `a line of ${signature.name}`);
    next = place + 1;
    const time = timeOf(checkpoint, signature, key, primitives);
    assertThat(time !== null, 'checkpoint-signature', `that of ${signature.name}`);
    return { ...key, line: signature.line, time };
  });
  return cosignedBy(verified.filter(({ role, period, time }) => role === 'log' || isWithin(period, time)));
}

/**
 * The time by which a quorum had cosigned, `null` where it has not: the smallest by which both counts had been reached, so that no
 * late or lying minority can move it.
 */
export function quorumTime(
  { operatorTimes, groupTimes }: Pick<Cosigned, 'operatorTimes' | 'groupTimes'>,
  { hubs, witnesses }: Terms['quorum'],
): number | null {
  const nth = (times: ReadonlyMap<string, number>, n: number): number =>
    [...times.values()].toSorted((a, b) => a - b)[n - 1] ?? Infinity;
  const time = Math.max(nth(operatorTimes, hubs), witnesses === 0 ? -Infinity : nth(groupTimes, witnesses));
  return Number.isFinite(time) ? time : null;
}

/**
 * The latest time of which a quorum says that it still knew of nothing beyond the checkpoint, `null` where there is none: so many parties have
 * cosigned it then or later. Fewer can sign an old one anew as late as they like, and move nothing.
 */
function upheldTime(lines: readonly KnownLine[], { hubs, witnesses }: Terms['quorum']): number | null {
  const nth = (kind: 'hub' | 'witness', n: number): number =>
    [...timesByParty(ofWitnesses(lines, kind), Math.max).values()].toSorted((a, b) => b - a)[n - 1] ??
    -Infinity;
  const time = Math.min(nth('hub', hubs), witnesses === 0 ? Infinity : nth('witness', witnesses));
  return Number.isFinite(time) ? time : null;
}

/** Whose lines these are. Parties count, not keys: whoever runs three hubs has one voice among operators. */
function cosignedBy(lines: readonly KnownLine[]): Cosigned {
  const of = (kind: 'hub' | 'witness'): KnownLine[] => ofWitnesses(lines, kind);
  return {
    signedByLog: lines.some(({ role }) => role === 'log'),
    hubs: idsOf(of('hub')),
    witnesses: idsOf(of('witness')),
    operatorTimes: timesByParty(of('hub'), Math.min),
    groupTimes: timesByParty(of('witness'), Math.min),
  };
}

function ofWitnesses(lines: readonly KnownLine[], kind: 'hub' | 'witness'): KnownLine[] {
  return lines.filter(({ role, by }) => role === 'witness' && by.kind === kind);
}

/** The earliest or the latest time of each party. */
function timesByParty(
  lines: readonly KnownLine[],
  choose: typeof Math.min | typeof Math.max,
): Map<string, number> {
  const parties = Map.groupBy(lines, ({ by }) => by.party);
  return new Map([...parties].map(([party, theirs]) => [party, choose(...theirs.map(({ time }) => time))]));
}

/** A hub or witness may have signed by two keys, around the moment at which one followed the other. */
function idsOf(lines: readonly KnownLine[]): string[] {
  return [...new Set(lines.map(({ by }) => by.id))];
}
