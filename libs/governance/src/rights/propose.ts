import { CharterError } from '../error.js';
import { applyChange } from './apply-change.js';
import type { ProposalNote } from './note.js';
import { RightsRefused } from './refusal.js';
import type { Proposal, RightsState } from './state.js';
import { electorateOf } from './tally.js';

/** The state with a new proposal. Throws RightsRefused. */
export function propose(state: RightsState, id: string, note: ProposalNote, height: number): RightsState {
  const { charter, proposals } = state;
  if (proposals.some((known) => known.id === id))
    throw new RightsRefused('repeated', 'this very proposal was made before');
  if (note.state !== state.version)
    throw new RightsRefused('state', `it is made for state ${note.state}, this is ${state.version}`, 'state');
  const { longestLifeBlocks, openProposals } = charter.board;
  if (note.expires <= height || note.expires > height + longestLifeBlocks)
    throw new RightsRefused(
      'expires',
      `must be above this height and at most ${longestLifeBlocks} blocks later`,
      'expires',
    );
  const open = proposals.filter(
    ({ status, note: { member } }) => status === 'open' && member === note.member,
  );
  if (open.length >= openProposals)
    throw new RightsRefused('open-proposals', `a member may have at most ${openProposals} open proposals`);
  assertPossible(state, note, height);
  const proposal: Proposal = {
    id,
    note,
    height,
    electorate: electorateOf(charter),
    votes: [],
    status: 'open',
    closed: null,
    remarks: [],
  };
  return { ...state, proposals: [...proposals, proposal] };
}

/** Nobody is to vote on what cannot be: it is tried out on the state that it was made for. */
function assertPossible({ charter, time }: RightsState, { change }: ProposalNote, height: number): void {
  try {
    applyChange(charter, change, { height, time });
  } catch (error) {
    if (!(error instanceof CharterError)) throw error;
    throw new RightsRefused('change', error.message, error.field);
  }
}
