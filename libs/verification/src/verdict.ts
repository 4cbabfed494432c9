import type { Assurance } from '@besure/governance';
import type { ClaimName, Claims } from '@besure/protocol';
import type { VerdictCode } from './codes.js';

export type { Assurance };

/**
 * What stands behind a recorded time, the weakest first. `one-hub`: the charter's quorum is one party, or no majority.
 * `recorded`: more than half of the hub operators and more than half of the groups of witnesses, two parties at least.
 * `time-stamped`: the same, and a time-stamping authority outside the circle soon after.
 */
export const ASSURANCES = ['one-hub', 'recorded', 'time-stamped'] as const satisfies readonly Assurance[];

/** One thing that was checked. */
export interface Check {
  readonly name: CheckName;
  readonly ok: boolean;
}

/**
 * The checks, in the order in which they are made and listed. What does not apply is left out (no countersignature, no second
 * recording, no document, a trust file without a time); after a check that makes the evidence bad nothing more is checked.
 */
export const CHECK_NAMES = [
  'trust',
  'evidence',
  'statement',
  'issuer',
  'certificate',
  'statement-signature',
  'disclosures',
  'event',
  'signing-time',
  'countersignature',
  'issuer-recording',
  'exchange-recording',
  'countersignature-recorded',
  'issuer-key',
  'exchange-key',
  'document',
  'quorum',
  'trust-age',
  'assurance',
  'compromise',
  'algorithms',
  'agreement',
  'time',
] as const;

/** The name of a check. */
export type CheckName = (typeof CHECK_NAMES)[number];

/** One recording of the statement in the ledger, verified. */
export interface VerifiedRecording {
  /** The member that recorded it. */
  readonly by: string;
  readonly slot: number;
  /** The height of the block. */
  readonly height: number;
  /** Whether it covers the countersignature too, or the statement alone. */
  readonly countersigned: boolean;
  /** The hubs, and the other witnesses, whose confirmations count. */
  readonly hubs: readonly string[];
  readonly witnesses: readonly string[];
  /** By how many different operators and groups these are run. */
  readonly parties: Parties;
  /** Since when it provably exists, RFC 3339 in UTC; `null` when the quorum never confirmed it. */
  readonly recordedTime: string | null;
  /** The time stamp from outside the circle: existed by then, says that authority. */
  readonly timeStamp: { readonly time: string; readonly authority: string } | null;
}

/** Counted are those who really run hubs and witnesses, not machines or keys. */
export interface Parties {
  readonly operators: number;
  readonly groups: number;
}

/** Every claim, `null` where it is hidden or holds nothing; {@link Verdict.hidden} tells which. */
export type ShownClaims = { readonly [Name in ClaimName]: Claims[Name] | null };

/** What verification found. */
export interface Verdict {
  /** `bad`: proves nothing. `unacceptable`: holds, but not under this trust file. */
  readonly result: 'proven' | 'bad' | 'unacceptable';
  readonly code: VerdictCode;
  /** The sentence that belongs to the code, and what in particular was found. */
  readonly message: string;
  /** The organisation that states it; `null` when the evidence is bad. */
  readonly statedBy: string | null;
  /** The exchange, when it countersigned and that was recorded. */
  readonly agreedBy: string | null;
  readonly claims: ShownClaims;
  /** The claims that the evidence does not show. */
  readonly hidden: readonly ClaimName[];
  /** The moment that the issuer states. */
  readonly claimedTime: string | null;
  /** Since when the statement provably exists: the earliest recording that reached the quorum. */
  readonly recordedTime: string | null;
  /** How far, in seconds, the moment in the exchange's own record may lie from the claimed one. */
  readonly agreedWithinSeconds: number | null;
  /** Since when the agreement of the exchange provably exists. */
  readonly agreedTime: string | null;
  readonly assurance: Assurance | null;
  readonly late: boolean;
  readonly oneSided: boolean;
  readonly checks: readonly Check[];
  /** The identity of the statement. */
  readonly evidenceId: string | null;
  readonly recordings: readonly VerifiedRecording[];
  /** Whose signing keys are reported to have been in other hands when this was recorded. */
  readonly compromised: readonly string[];
  /** Of how many operators and groups how many had to confirm the recording, by the terms that it is judged by; 0 when the evidence is bad. */
  readonly parties: Parties;
  readonly quorum: Parties;
  /** The names of the organisations that this verdict mentions, by id. */
  readonly names: Readonly<Record<string, string>>;
}
