import { type Charter, groupsOf, operatorsOf } from '@besure/governance';
import { CLAIM_NAMES, type Claims, type Countersignature, type Statement } from '@besure/protocol';
import { VERDICT_CODES } from './codes.js';
import type { HeldKey } from './member-keys.js';
import type { Acceptability } from './policy.js';
import type { HeldRecording } from './recording.js';
import type { Refusal } from './refusal.js';
import type { Check, ShownClaims, Verdict, VerifiedRecording } from './verdict.js';

/** Evidence that holds: what is left is whether the trust file accepts it. */
export interface Finding {
  readonly charter: Charter;
  /** Since when nothing is known to be missing in the trust file, in POSIX seconds; `null` where it does not say. */
  readonly confirmedAt: number | null;
  readonly statement: Statement;
  /** The claims that are shown. */
  readonly claims: Partial<Claims>;
  readonly countersignature: Countersignature | null;
  /** One or two. */
  readonly recordings: readonly HeldRecording[];
  /** The issuer's signing key and, where it countersigned, the exchange's: each in force where it was recorded. */
  readonly keys: readonly HeldKey[];
}

/** The verdict on evidence that proves nothing: so it tells nothing of what the file says. */
export function badVerdict({ code, message: detail }: Refusal, checks: readonly Check[]): Verdict {
  const sentence = VERDICT_CODES[code];
  return {
    result: 'bad',
    code,
    message: detail === '' ? sentence : `${sentence} (${printable(detail)})`,
    statedBy: null,
    agreedBy: null,
    claims: shownClaims({}),
    hidden: [],
    claimedTime: null,
    recordedTime: null,
    agreedWithinSeconds: null,
    agreedTime: null,
    assurance: null,
    late: false,
    oneSided: false,
    checks,
    evidenceId: null,
    recordings: [],
    compromised: [],
    parties: { operators: 0, groups: 0 },
    quorum: { operators: 0, groups: 0 },
    names: {},
  };
}

/** The verdict on evidence that holds. */
export function goodVerdict(finding: Finding, judged: Acceptability, checks: readonly Check[]): Verdict {
  const { charter, statement, claims, countersignature, recordings } = finding;
  const code = judged.code;
  const { quorum } = judged.confirmation ?? judged.terms;
  return {
    result: code === 'proven' ? 'proven' : 'unacceptable',
    code,
    message: VERDICT_CODES[code],
    statedBy: statement.issuer,
    agreedBy: countersignature?.issuer ?? null,
    claims: shownClaims(claims),
    hidden: CLAIM_NAMES.filter((name) => !Object.hasOwn(claims, name)),
    claimedTime: claims.time ?? null,
    recordedTime: formatTime(judged.recordedTime),
    agreedWithinSeconds: agreedWithin(countersignature),
    agreedTime: formatTime(judged.agreedTime),
    assurance: judged.assurance,
    late: judged.late,
    oneSided: countersignature === null,
    checks,
    evidenceId: statement.id,
    recordings: recordings.map(verifiedRecording),
    compromised: judged.compromised,
    parties: judged.confirmation?.parties ?? {
      operators: operatorsOf(charter.hubs).size,
      groups: groupsOf(charter.witnesses).size,
    },
    quorum: { operators: quorum.hubs, groups: quorum.witnesses },
    names: namesOf(finding),
  };
}

function verifiedRecording(recording: HeldRecording): VerifiedRecording {
  const { by, slot, height, countersigned, cosigned, timeStamp, confirmation } = recording;
  return {
    by,
    slot,
    height,
    countersigned,
    hubs: cosigned.hubs,
    witnesses: cosigned.witnesses,
    parties: { operators: cosigned.operatorTimes.size, groups: cosigned.groupTimes.size },
    recordedTime: formatTime(confirmation?.recordedTime ?? null),
    timeStamp:
      timeStamp === null ? null : { time: formatTime(timeStamp.time), authority: timeStamp.authority },
  };
}

/** The detail may quote the file, which anyone may have made: nothing in it may move a terminal's cursor. */
function printable(detail: string): string {
  return detail.replaceAll(/[^ -~]/g, '?').slice(0, 200);
}

/** The tolerance, where the moment was among what the exchange checked. */
function agreedWithin(countersignature: Countersignature | null): number | null {
  return countersignature?.checked.includes('time') === true ? countersignature.tolerance : null;
}

/** A moment as RFC 3339 in UTC, to the second: that is all that confirmations say. */
function formatTime(second: number): string;
function formatTime(second: number | null): string | null;
function formatTime(second: number | null): string | null {
  return second === null ? null : new Date(second * 1000).toISOString().replace('.000Z', 'Z');
}

function shownClaims(claims: Partial<Claims>): ShownClaims {
  return {
    event: claims.event ?? null,
    reason: claims.reason ?? null,
    time: claims.time ?? null,
    sender: claims.sender ?? null,
    sender_org: claims.sender_org ?? null,
    recipient: claims.recipient ?? null,
    recipient_org: claims.recipient_org ?? null,
    message: claims.message ?? null,
    document: claims.document ?? null,
    corrects: claims.corrects ?? null,
  };
}

function namesOf({
  charter,
  statement,
  claims,
  countersignature,
  recordings,
}: Finding): Record<string, string> {
  const mentioned = new Set([
    statement.issuer,
    countersignature?.issuer,
    claims.sender_org,
    claims.recipient_org,
    ...recordings.map(({ by }) => by),
  ]);
  const members = charter.organisations.filter(({ id }) => mentioned.has(id));
  return Object.fromEntries(members.map(({ id, name }) => [id, name]));
}
