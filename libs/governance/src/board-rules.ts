import type { Charter } from './charter.js';
import { mayVote } from './membership.js';
import { assertDifferent, fault } from './rule-fault.js';

/** What applied before: in the order of time, and nothing in it that the log's entries hang on. Throws `rule`. */
export function assertFormerTerms({ formerTerms, limits }: Charter): void {
  formerTerms.forEach((former, i) => {
    const before = formerTerms[i - 1];
    if (before !== undefined && former.until <= before.until)
      throw fault(`formerTerms.${i}.until`, 'must be above that of the terms before');
    if (before !== undefined && former.untilTime < before.untilTime)
      throw fault(`formerTerms.${i}.untilTime`, 'must not be before that of the terms before');
    if (former.limits.slotAheadSeconds !== limits.slotAheadSeconds)
      throw fault(`formerTerms.${i}.limits.slotAheadSeconds`, 'must stay the same as long as the log does');
  });
}

/** That the board can decide at all: everyone whom its rule counts on is a member and may vote. Throws `rule`. */
export function assertBoard(charter: Charter): void {
  const { rule } = charter.board;
  const voters = new Set(charter.organisations.filter((member) => mayVote(member)).map(({ id }) => id));
  if (rule.mode === 'central' && !voters.has(rule.organisation))
    throw fault('board.rule.organisation', 'must be a member that may vote');
  if (rule.mode === 'majority' && voters.size === 0)
    throw fault('board.rule', 'must leave a member that may vote');
  if (rule.mode !== 'hybrid') return;
  const { organisations, including, atLeast } = rule;
  assertDifferent(organisations.map((id, i) => [`board.rule.organisations.${i}`, id]));
  assertDifferent(including.map((id, i) => [`board.rule.including.${i}`, id]));
  including.forEach((id, i) => {
    if (!organisations.includes(id))
      throw fault(`board.rule.including.${i}`, 'must be one of the organisations');
    if (!voters.has(id)) throw fault(`board.rule.including.${i}`, 'must be a member that may vote');
  });
  if (atLeast > organisations.filter((id) => voters.has(id)).length)
    throw fault('board.rule.atLeast', 'must not be more than those of them that may vote');
}
