import { type Charter, slotIat, type Terms, termsAt } from '@besure/governance';
import { CLAIM_NAMES, type ClaimName } from '@besure/protocol';
import { UNACCEPTABLE_CODES, type UnacceptableCode } from './codes.js';
import type { Finding } from './finding.js';
import { isCompromised } from './member-keys.js';
import type { Confirmation } from './confirmation.js';
import type { HeldRecording } from './recording.js';
import { type Assurance, ASSURANCES, type Check, type CheckName } from './verdict.js';

/** Whether evidence that holds is acceptable under the trust file, and what that rests on. */
export interface Acceptability {
  readonly code: 'proven' | UnacceptableCode;
  /** In POSIX seconds; `null` when not every recording reached the quorum. */
  readonly recordedTime: number | null;
  readonly agreedTime: number | null;
  /** What the evidence is held against: the terms under which it was recorded first. */
  readonly terms: Terms;
  /** Of the recording that gives the recorded time. */
  readonly confirmation: Confirmation | null;
  readonly assurance: Assurance | null;
  /** Whose signing keys someone else may have had. */
  readonly compromised: readonly string[];
  readonly late: boolean;
  readonly checks: readonly Check[];
}

/**
 * For how long, in seconds, after the time up to which a trust file is complete it can judge what is recorded: the head of the log
 * of rights is cosigned anew each day, so two days leave one of delay. Later a key may have ended, and the file would not know.
 */
export const TRUST_LASTS_SECONDS = 172_800;

/** The claims that the exchange must have checked, shown or not: without them it did not check who may state what. */
const ROLE_CLAIMS: readonly ClaimName[] = ['event', 'sender_org', 'recipient_org', 'message'];

/** Judges evidence that holds under the rules of the trust file's charter. All rules are tried; the first code is told. */
export function acceptability(finding: Finding, documentGiven: boolean): Acceptability {
  const { charter, recordings, keys } = finding;
  const terms = termsAt(charter, Math.min(...recordings.map(({ height }) => height)));
  const confirmation = earliest(recordings);
  const recordedTime = confirmation?.recordedTime ?? null;
  const agreedTime = earliest(recordings.filter(({ countersigned }) => countersigned))?.recordedTime ?? null;
  const assurance = confirmation === null ? null : assuranceOf(recordings, terms);
  const compromised = keys.filter(isCompromised).map(({ member }) => member);
  const broken: Record<UnacceptableCode, boolean> = {
    'quorum-not-met': recordedTime === null,
    'trust-too-old': isTrustTooOld(finding),
    'assurance-too-low': assurance !== null && rank(assurance) < rank(terms.leastAssurance),
    'key-compromised': compromised.length > 0,
    'algorithm-ended': isAfterEndOfAlgorithm(recordings, charter),
    ...agreementFaults(finding, terms),
    ...timeFaults(finding, terms, recordedTime),
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
    terms,
    confirmation,
    assurance,
    compromised,
    late: broken.late,
    checks: [
      ...(documentGiven && broken['document-hidden'] ? [{ name: 'document', ok: false } as const] : []),
      { name: 'quorum', ok: passes('quorum-not-met') },
      ...(finding.confirmedAt === null ? [] : [timed('trust-age', 'trust-too-old')]),
      timed('assurance', 'assurance-too-low'),
      { name: 'compromise', ok: passes('key-compromised') },
      timed('algorithms', 'algorithm-ended'),
      { name: 'agreement', ok: passes('one-sided', 'partly-agreed', 'agreement-too-loose') },
      timed('time', 'recorded-before-slot', 'claimed-after-recording', 'late'),
    ],
  };
}

/** By the time of the quorum: what an authority stamped earlier was signed by cosigners whose keys may have ended meanwhile. */
function isTrustTooOld({ confirmedAt, recordings }: Finding): boolean {
  return recordings.some(
    ({ confirmation }) =>
      confirmedAt !== null &&
      confirmation !== null &&
      confirmation.confirmedTime - confirmedAt > TRUST_LASTS_SECONDS,
  );
}

/** The confirmation of the first of some recordings, if all were confirmed: evidence must not lean on one that was not. */
function earliest(recordings: readonly HeldRecording[]): Confirmation | null {
  const known = recordings.flatMap(({ confirmation }) => confirmation ?? []);
  if (known.length < recordings.length) return null;
  return known.toSorted((a, b) => a.recordedTime - b.recordedTime)[0] ?? null;
}

/**
 * It follows the quorum, not the number of cosignatures: the recorded time is the one that a quorum gave, so where one hub is
 * enough, one hub can move it, however many others signed too. Of several recordings the weakest counts.
 */
function assuranceOf(recordings: readonly HeldRecording[], terms: Terms): Assurance {
  if (recordings.some(({ confirmation }) => confirmation?.isMajority !== true)) return 'one-hub';
  return recordings.every((recording) => isTimeStamped(recording, terms)) ? 'time-stamped' : 'recorded';
}

/** A token that was made long after says nothing about then: whoever has old keys by that time can have made up the rest. */
function isTimeStamped({ confirmation, timeStamp }: HeldRecording, { limits }: Terms): boolean {
  return (
    timeStamp !== null &&
    confirmation !== null &&
    timeStamp.time <= confirmation.confirmedTime + limits.timeStampLagSeconds
  );
}

/**
 * Every recording must be from before: what stands in a later one could have been made when that was easy. The cosignatures
 * themselves are as old as they say, and no older because a token is.
 */
function isAfterEndOfAlgorithm(recordings: readonly HeldRecording[], { algorithms }: Charter): boolean {
  const { 'ML-DSA-44': endOfCosignatures, ...others } = algorithms;
  const endsOfStatements = Object.values(others).filter((end) => end !== null);
  return recordings.some(({ confirmation }) => {
    if (confirmation === null) return false;
    const areForgeable = endOfCosignatures !== null && confirmation.confirmedTime >= endOfCosignatures;
    return areForgeable || endsOfStatements.some((end) => confirmation.recordedTime >= end);
  });
}

function rank(assurance: Assurance): number {
  return ASSURANCES.indexOf(assurance);
}

function agreementFaults(
  { claims, countersignature }: Finding,
  { limits }: Terms,
): Record<'one-sided' | 'partly-agreed' | 'agreement-too-loose', boolean> {
  if (countersignature === null)
    return { 'one-sided': true, 'partly-agreed': false, 'agreement-too-loose': false };
  const { checked, tolerance } = countersignature;
  const needed = CLAIM_NAMES.filter((name) => Object.hasOwn(claims, name) || ROLE_CLAIMS.includes(name));
  return {
    'one-sided': false,
    'partly-agreed': needed.some((name) => !checked.includes(name)),
    'agreement-too-loose': tolerance > limits.agreementToleranceSeconds,
  };
}

/** Nothing is judged at the time that the issuer wrote; here that time is held against the one that others saw. */
function timeFaults(
  { charter, claims, statement, recordings }: Finding,
  { limits }: Terms,
  recordedTime: number | null,
): Record<'recorded-before-slot' | 'claimed-after-recording' | 'late', boolean> {
  const { agreementToleranceSeconds: tolerance, largestLagSeconds } = limits;
  const claimed = claims.time === undefined ? statement.iat : Math.floor(Date.parse(claims.time) / 1000);
  return {
    'recorded-before-slot': recordings.some(
      ({ confirmation, slot }) =>
        confirmation !== null && confirmation.recordedTime + tolerance < slotIat(charter, slot),
    ),
    'claimed-after-recording': recordedTime !== null && claimed > recordedTime + tolerance,
    late: recordedTime !== null && recordedTime - claimed > largestLagSeconds,
  };
}
