import type { CountersignVerdict } from '@besure/protocol';

/**
 * How a statement stands, as one small machine. Everything that changes a row of `statement` goes through here.
 *
 * In an organisation: prepared -> countersigned, or one-sided at the deadline or in a dispute; each of them -> replaced, where its key ended before it was
 * recorded and another one is made in its place.
 * At the exchange: waiting (no record of its own yet) -> countersigned, or disputed.
 */
export type StatementState = 'prepared' | 'waiting' | 'countersigned' | 'one-sided' | 'disputed' | 'replaced';

/** A statement that still waits for the exchange, as far as a decision needs it. Times in milliseconds since 1970. */
export interface Undecided {
  readonly state: 'prepared' | 'one-sided';
  readonly preparedAt: number;
  readonly attempts: number;
  readonly inSlot: boolean;
}

/** What follows from a verdict, or from silence. */
export type Decision =
  | { readonly type: 'countersigned'; readonly countersignature: string; readonly late: boolean }
  | { readonly type: 'one-sided'; readonly disputed: boolean; readonly why: string }
  | { readonly type: 'ask-again'; readonly at: number };

const FIRST_DELAY_MILLIS = 200;
const LONGEST_DELAY_MILLIS = 3_600_000;

/**
 * Decides what becomes of a statement after one attempt at the exchange. Nobody has a veto over someone else's proof:
 * silence until the deadline, a dispute and a refusal all end one-sided, and are recorded as that.
 *
 * @param verdict the exchange's answer, or null where it gave none
 */
export function decideStatement(
  statement: Undecided,
  verdict: CountersignVerdict | null,
  now: number,
  deadlineMillis: number,
): Decision {
  if (verdict?.verdict === 'countersigned') {
    return { type: 'countersigned', countersignature: verdict.countersignature, late: statement.inSlot };
  }
  if (verdict?.verdict === 'disputed') return { type: 'one-sided', disputed: true, why: 'disputed' };
  if (verdict?.verdict === 'refused') return { type: 'one-sided', disputed: true, why: verdict.code };
  const deadline = statement.preparedAt + deadlineMillis;
  if (statement.state === 'prepared' && now >= deadline) {
    return { type: 'one-sided', disputed: false, why: verdict === null ? 'no-answer' : 'no-record' };
  }
  const delay = Math.min(FIRST_DELAY_MILLIS * 2 ** Math.min(statement.attempts, 20), LONGEST_DELAY_MILLIS);
  // The last attempt before the deadline decides: it is not slept over.
  return {
    type: 'ask-again',
    at: statement.state === 'prepared' ? Math.min(now + delay, deadline) : now + delay,
  };
}
