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
  /** In POSIX seconds. */
  readonly recordedTime: number;
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
  const { checkpoint, signedByLog, recordedTime, forEvidence } = judgeCheckpoint(note, charter, primitives);
  if (!signedByLog || recordedTime === null || forEvidence === null) return null;
  return { checkpoint, note: forEvidence, recordedTime };
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
  quorum: Terms['quorum'],
): number | null {
  const times = [
    nthSmallest(operatorTimes, quorum.hubs),
    ...(quorum.witnesses === 0 ? [] : [nthSmallest(groupTimes, quorum.witnesses)]),
  ];
  const reached = times.filter((time) => time !== undefined);
  return reached.length < times.length ? null : Math.max(...reached);
}

/** Whose lines these are. Parties count, not keys: whoever runs three hubs has one voice among operators. */
function cosignedBy(lines: readonly KnownLine[]): Cosigned {
  const of = (kind: 'hub' | 'witness'): KnownLine[] =>
    lines.filter(({ role, by }) => role === 'witness' && by.kind === kind);
  return {
    signedByLog: lines.some(({ role }) => role === 'log'),
    hubs: idsOf(of('hub')),
    witnesses: idsOf(of('witness')),
    operatorTimes: timesByParty(of('hub')),
    groupTimes: timesByParty(of('witness')),
  };
}

/** The earliest time of each party. */
function timesByParty(lines: readonly KnownLine[]): Map<string, number> {
  const parties = Map.groupBy(lines, ({ by }) => by.party);
  return new Map([...parties].map(([party, theirs]) => [party, Math.min(...theirs.map(({ time }) => time))]));
}

function nthSmallest(times: ReadonlyMap<string, number>, n: number): number | undefined {
  return [...times.values()].toSorted((a, b) => a - b)[n - 1];
}

/** A hub or witness may have signed by two keys, around the moment at which one followed the other. */
function idsOf(lines: readonly KnownLine[]): string[] {
  return [...new Set(lines.map(({ by }) => by.id))];
}
