import type { Algorithm, Charter } from '../charter.js';
import { fault } from '../rule-fault.js';
import type { Moment } from './apply-change.js';
import type { Change } from './change.js';

/** The charter with other terms from the block after a moment on. Throws `rule`. */
export function changeTerms(
  charter: Charter,
  change: Extract<Change, { readonly kind: 'change-terms' }>,
  { height, time }: Moment,
): Charter {
  const { limits, quorum, leastAssurance, board, algorithms } = change;
  if ([limits, quorum, leastAssurance, board, algorithms].every((value) => value === null))
    throw fault('change', 'must change something');
  // Entries of the log hang on it: it stays as long as the log does.
  if (limits !== null && limits.slotAheadSeconds !== charter.limits.slotAheadSeconds)
    throw fault('change.limits.slotAheadSeconds', 'must stay the same as long as the log does');
  if (algorithms !== null) assertNoSecondLife(charter.algorithms, algorithms);
  const changesTerms = limits !== null || quorum !== null || leastAssurance !== null;
  const former = {
    limits: charter.limits,
    quorum: charter.quorum,
    leastAssurance: charter.leastAssurance,
    until: height + 1,
    untilTime: time,
  };
  return {
    ...charter,
    limits: limits ?? charter.limits,
    quorum: quorum ?? charter.quorum,
    leastAssurance: leastAssurance ?? charter.leastAssurance,
    board: board ?? charter.board,
    formerTerms: changesTerms ? [...charter.formerTerms, former] : charter.formerTerms,
    algorithms: algorithms ?? charter.algorithms,
  };
}

/** An algorithm's end may come earlier, never later: what was found broken stays so. */
function assertNoSecondLife(
  before: Charter['algorithms'],
  after: Readonly<Record<Algorithm, number | null>>,
): void {
  for (const algorithm of Object.keys(before) as Algorithm[]) {
    const end = before[algorithm];
    const next = after[algorithm];
    if (end !== null && (next === null || next > end))
      throw fault(`change.algorithms.${algorithm}`, 'must not end later than it does already');
  }
}
