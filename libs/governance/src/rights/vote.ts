import { settled } from './decide.js';
import type { VoteNote, WithdrawalNote } from './note.js';
import { RightsRefused } from './refusal.js';
import type { Proposal, RightsState } from './state.js';

/**
 * How far the number of a vote may run ahead. Whoever gets hold of one of a member's seats could otherwise cast the last vote
 * that there can be; so another seat always has a number left to take it back.
 */
export const VOTE_NUMBERS = 100;

/** The state with a vote, and with what it decides. Throws RightsRefused. */
export function vote(state: RightsState, note: VoteNote, height: number): RightsState {
  const proposal = openProposal(state, note.proposal);
  if (note.state !== proposal.note.state)
    throw new RightsRefused('state', `the proposal is made for state ${proposal.note.state}`, 'state');
  const { member, choice, number } = note;
  if (!proposal.electorate.voters.includes(member))
    throw new RightsRefused('voter', `${member} has no vote on this proposal`, 'member');
  const last = proposal.votes.find((known) => known.member === member);
  const least = (last?.number ?? 0) + 1;
  if (number < least || number >= least + VOTE_NUMBERS)
    throw new RightsRefused('number', `must be ${least} to ${least + VOTE_NUMBERS - 1}`, 'number');
  const votes = [
    ...proposal.votes.filter((known) => known !== last),
    { member, choice, number, height },
  ].sort((one, other) => (one.member < other.member ? -1 : 1));
  return settled(replaced(state, { ...proposal, votes }), height);
}

/** The state without a proposal that its member takes back. Throws RightsRefused. */
export function withdraw(state: RightsState, note: WithdrawalNote, height: number): RightsState {
  const proposal = openProposal(state, note.proposal);
  if (proposal.note.member !== note.member)
    throw new RightsRefused('proposer', `it was proposed by ${proposal.note.member}`, 'member');
  return replaced(state, { ...proposal, status: 'withdrawn', closed: height });
}

function openProposal({ proposals }: RightsState, id: string): Proposal {
  const proposal = proposals.find((known) => known.id === id);
  if (proposal === undefined) throw new RightsRefused('proposal', 'there is no such proposal', 'proposal');
  if (proposal.status !== 'open')
    throw new RightsRefused('closed', `the proposal is ${proposal.status}`, 'proposal');
  return proposal;
}

function replaced(state: RightsState, proposal: Proposal): RightsState {
  return {
    ...state,
    proposals: state.proposals.map((known) => (known.id === proposal.id ? proposal : known)),
  };
}
