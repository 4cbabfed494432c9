import { type Charter, isSlotStart } from '@besure/governance';
import {
  type CountersignVerdict,
  type Primitives,
  assertCountersigns,
  parseCountersignature,
  parseStatement,
  verifyCountersignature,
} from '@besure/protocol';

/** What judging an answer of the exchange needs. */
export interface JudgingContext {
  readonly primitives: Primitives;
  readonly charter: Pick<Charter, 'slots'>;
  readonly exchange: { readonly id: string; readonly signingKeys: readonly Uint8Array[] };
  readonly deadlineMillis: number;
}

/** A countersignature that does not verify is none: the exchange is asked again, and the deadline decides. */
export function usableVerdict(
  context: JudgingContext,
  statement: string,
  verdict: CountersignVerdict,
  now: number,
): CountersignVerdict | null {
  const isGood =
    verdict.verdict !== 'countersigned' || isUsable(context, statement, verdict.countersignature, now);
  return isGood ? verdict : null;
}

/**
 * One that is dated far ahead could not be recorded for as long: the exchange would have a veto over the proof. And one that bears a finer time than
 * a slot's would be recorded with the statement, and no verifier would take either.
 */
function isUsable(
  { charter, exchange, primitives, deadlineMillis }: JudgingContext,
  statement: string,
  countersignature: string,
  now: number,
): boolean {
  const isBy = (key: Uint8Array): boolean => {
    try {
      const parsed = parseCountersignature(countersignature);
      if (parsed.issuer !== exchange.id || parsed.iat * 1000 > now + deadlineMillis) return false;
      if (!isSlotStart(charter, parsed.iat)) return false;
      assertCountersigns(parsed, parseStatement(statement, primitives.sha256));
      verifyCountersignature(parsed, key, primitives);
      return true;
    } catch {
      return false;
    }
  };
  // Which of its keys counts depends on the height at which this will be recorded.
  return exchange.signingKeys.some(isBy);
}
