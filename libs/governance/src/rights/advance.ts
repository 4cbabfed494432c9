import type { Moment } from './apply-change.js';
import type { Proposal, RightsState } from './state.js';

/** The state in a block above: proposals whose last height lies below it have expired. */
export function advanced(state: RightsState, { height, time }: Moment): RightsState {
  const expire = (proposal: Proposal): Proposal =>
    proposal.status === 'open' && proposal.note.expires < height
      ? { ...proposal, status: 'expired', closed: proposal.note.expires }
      : proposal;
  return {
    ...state,
    height: Math.max(state.height, height),
    time: Math.max(state.time, time),
    proposals: state.proposals.map(expire),
  };
}
