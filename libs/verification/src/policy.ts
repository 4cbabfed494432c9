import { type Charter, isMajority, slotIat } from '@besure/governance';
import { CLAIM_NAMES, type ClaimName } from '@besure/protocol';
import { UNACCEPTABLE_CODES, type UnacceptableCode } from './codes.js';
import type { Finding } from './finding.js';
import { isCompromised } from './member-keys.js';
import { type HeldRecording, recordedTimeOf } from './recording.js';
import { type Assurance, ASSURANCES, type Check, type CheckName } from './verdict.js';

/** Whether evidence that holds is acceptable under the trust file, and what that rests on. */
export interface Acceptability {
  readonly code: 'proven' | UnacceptableCode;
  /** In POSIX seconds; `null` when not every recording reached the quorum. */
  readonly recordedTime: number | null;
  readonly agreedTime: number | null;
  readonly assurance: Assurance | null;
  /** Whose signing keys someone else may have had. */
  readonly compromised: readonly string[];
  readonly late: boolean;
  readonly checks: readonly Check[];
}

/** The claims that the exchange must have checked, shown or not: without them it did not check who may state what. */
const ROLE_CLAIMS: readonly ClaimName[] = ['event', 'sender_org', 'recipient_org', 'message'];

/** Judges evidence that holds under the rules of the trust file's charter. All rules are tried; the first code is told. */
export function acceptability(finding: Finding, documentGiven: boolean): Acceptability {
  const { charter, recordings, keys } = finding;
  const recordedTime = earliest(recordings);
  const agreedTime = earliest(recordings.filter(({ countersigned }) => countersigned));
  const assurance = recordedTime === null ? null : assuranceOf(recordings, charter);
  const compromised = keys.filter(isCompromised).map(({ member }) => member);
  const broken: Record<UnacceptableCode, boolean> = {
    'quorum-not-met': recordedTime === null,
    'assurance-too-low': assurance !== null && rank(assurance) < rank(charter.leastAssurance),
    'key-compromised': compromised.length > 0,
    'algorithm-ended': isAfterEndOfAlgorithm(recordings, charter),
    ...agreementFaults(finding),
    ...timeFaults(finding, recordedTime),
    'document-hidden': documentGiven && finding.claims.document === undefined,
  };
  const passes = (...codes: readonly UnacceptableCode[]): boolean => codes.every((code) => !broken[code]);
  const timed = (name: CheckName, ...codes: readonly UnacceptableCode[]): Check => ({
    name,
    ok: recordedTime !== null && passes(...codes),
  });
  return {
    code: UNACCEPTABLE_CODES.find((code) => broken[code]) ?? 'proven',
    recordedTime,
    agreedTime,
    assurance,
    compromised,
    late: broken.late,
    checks: [
      ...(documentGiven && broken['document-hidden'] ? [{ name: 'document', ok: false } as const] : []),
      { name: 'quorum', ok: passes('quorum-not-met') },
      timed('assurance', 'assurance-too-low'),
      { name: 'compromise', ok: passes('key-compromised') },
      timed('algorithms', 'algorithm-ended'),
      { name: 'agreement', ok: passes('one-sided', 'partly-agreed', 'agreement-too-loose') },
      timed('time', 'recorded-before-slot', 'claimed-after-recording', 'late'),
    ],
  };
}

/** When the first of some recordings was confirmed, if all were: evidence must not lean on one that was not. */
function earliest(recordings: readonly HeldRecording[]): number | null {
  const times = recordings.map(recordedTimeOf);
  const known = times.filter((time) => time !== null);
  return known.length === 0 || known.length < times.length ? null : Math.min(...known);
}

/**
 * It follows the quorum, not the number of cosignatures: the recorded time is the one that a quorum gave, so where one hub is
 * enough, one hub can move it, however many others signed too. Of several recordings the weakest counts.
 */
function assuranceOf(recordings: readonly HeldRecording[], charter: Charter): Assurance {
  if (!isMajority(charter)) return 'one-hub';
  return recordings.every((recording) => isTimeStamped(recording, charter)) ? 'time-stamped' : 'recorded';
}

/** A token that was made long after says nothing about then: whoever has old keys by that time can have made up the rest. */
function isTimeStamped({ standing, timeStamp }: HeldRecording, { limits }: Charter): boolean {
  return (
    timeStamp !== null &&
    standing.recordedTime !== null &&
    timeStamp.time <= standing.recordedTime + limits.timeStampLagSeconds
  );
}

/**
 * Every recording must be from before: what stands in a later one could have been made when that was easy. The cosignatures
 * themselves are as old as they say, and no older because a token is.
 */
function isAfterEndOfAlgorithm(recordings: readonly HeldRecording[], { algorithms }: Charter): boolean {
  const { 'ML-DSA-44': endOfCosignatures, ...others } = algorithms;
  const endsOfStatements = Object.values(others).filter((end) => end !== null);
  return recordings.some((recording) => {
    const { recordedTime: confirmed } = recording.standing;
    const recorded = recordedTimeOf(recording);
    if (confirmed === null || recorded === null) return false;
    const areForgeable = endOfCosignatures !== null && confirmed >= endOfCosignatures;
    return areForgeable || endsOfStatements.some((end) => recorded >= end);
  });
}

function rank(assurance: Assurance): number {
  return ASSURANCES.indexOf(assurance);
}

function agreementFaults({
  charter,
  claims,
  countersignature,
}: Finding): Record<'one-sided' | 'partly-agreed' | 'agreement-too-loose', boolean> {
  if (countersignature === null)
    return { 'one-sided': true, 'partly-agreed': false, 'agreement-too-loose': false };
  const { checked, tolerance } = countersignature;
  const needed = CLAIM_NAMES.filter((name) => Object.hasOwn(claims, name) || ROLE_CLAIMS.includes(name));
  return {
    'one-sided': false,
    'partly-agreed': needed.some((name) => !checked.includes(name)),
    'agreement-too-loose': tolerance > charter.limits.agreementToleranceSeconds,
  };
}

/** Nothing is judged at the time that the issuer wrote; here that time is held against the one that others saw. */
function timeFaults(
  { charter, claims, statement, recordings }: Finding,
  recordedTime: number | null,
): Record<'recorded-before-slot' | 'claimed-after-recording' | 'late', boolean> {
  const { agreementToleranceSeconds: tolerance, largestLagSeconds } = charter.limits;
  const claimed = claims.time === undefined ? statement.iat : Math.floor(Date.parse(claims.time) / 1000);
  return {
    'recorded-before-slot': recordings.some((recording) => {
      const time = recordedTimeOf(recording);
      return time !== null && time + tolerance < slotIat(charter, recording.slot);
    }),
    'claimed-after-recording': recordedTime !== null && claimed > recordedTime + tolerance,
    late: recordedTime !== null && recordedTime - claimed > largestLagSeconds,
  };
}
