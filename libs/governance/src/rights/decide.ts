import type { Charter } from '../charter.js';
import { CharterError } from '../error.js';
import { applyChange } from './apply-change.js';
import { subjectOf } from './change.js';
import { hostingArithmetic, hostingExcesses } from './hosting.js';
import type { Proposal, RightsState } from './state.js';
import { struck, tally, type Tally } from './tally.js';

/** How the vote on a proposal stands. */
export function tallyOf({ electorate, votes }: Proposal): Tally {
  return tally(electorate, new Map(votes.map(({ member, choice }) => [member, choice])));
}

/**
 * The state in which no open proposal has enough votes for a decision. What is accepted takes effect at once for the others: it
 * may end them, and strike their voters, so that they are decided in turn, the oldest first.
 */
export function settled(state: RightsState, height: number): RightsState {
  let settling = state;
  for (;;) {
    const results = settling.proposals.map((proposal) =>
      proposal.status === 'open' ? tallyOf(proposal).result : 'open',
    );
    const first = results.indexOf('accepted');
    settling = withRejected(settling, results, first === -1 ? results.length : first, height);
    const proposal = settling.proposals[first];
    if (proposal === undefined) return settling;
    settling = accepted(settling, proposal, height);
  }
}

/** The state with those of the first `count` proposals closed that are rejected: a rejection changes nothing for the others. */
function withRejected(
  state: RightsState,
  results: readonly Tally['result'][],
  count: number,
  height: number,
): RightsState {
  if (!results.slice(0, count).includes('rejected')) return state;
  const proposals = state.proposals.map((proposal, i): Proposal =>
    i < count && results[i] === 'rejected' ? { ...proposal, status: 'rejected', closed: height } : proposal,
  );
  return { ...state, proposals };
}

function accepted(state: RightsState, proposal: Proposal, height: number): RightsState {
  const { change } = proposal.note;
  let charter: Charter;
  try {
    charter = applyChange(state.charter, change, { height, time: state.time });
  } catch (error) {
    if (!(error instanceof CharterError)) throw error;
    const remark = [error.field, error.message].filter((part) => part !== undefined).join(' ');
    return closed(state, proposal, 'lapsed', height, [remark]);
  }
  const warnings =
    change.kind === 'remove-hub' || change.kind === 'change-terms' ? hostingWarnings(charter) : [];
  const after = closed(state, proposal, 'accepted', height, warnings);
  const proposals = after.proposals.map((other): Proposal => {
    if (other.status !== 'open') return other;
    // Whoever voted under other terms voted on something else.
    const ends = change.kind === 'change-terms' || subjectOf(other.note.change) === subjectOf(change);
    return ends
      ? { ...other, status: 'lapsed', closed: height, remarks: [`${proposal.id} was accepted before`] }
      : { ...other, electorate: struck(other.electorate, charter) };
  });
  return { ...after, charter, version: state.version + 1, proposals };
}

function closed(
  state: RightsState,
  { id }: Proposal,
  status: Proposal['status'],
  height: number,
  remarks: readonly string[] = [],
): RightsState {
  const close = (known: Proposal): Proposal =>
    known.id === id ? { ...known, status, closed: height, remarks } : known;
  return { ...state, proposals: state.proposals.map(close) };
}

function hostingWarnings(charter: Charter): string[] {
  return hostingExcesses(charter).map((excess) => hostingArithmetic(charter, excess));
}
