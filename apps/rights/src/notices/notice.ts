import { type ProposalStatus, type RightsState, tallyOf } from '@besure/governance';
import { parseRightsEntry } from '@besure/protocol';
import type { BoardView } from '../rights-view.js';

/** Something that a board is told: a proposal waits for votes, or was closed. */
export interface Notice {
  /** The same at every hub, and whenever it is told: `<proposal>:<status>`. */
  readonly id: string;
  readonly network: string;
  readonly proposal: string;
  readonly status: ProposalStatus;
  /** Who proposed it. */
  readonly member: string;
  /** The kind of its change. */
  readonly change: string;
  /** The last height at which it can be voted on. */
  readonly expires: number;
  /** Whose votes are still out, while it is open. */
  readonly waitsFor: readonly string[];
  /** The height at which it was made or closed, and the time of the newest entry up to there, in seconds since 1970. */
  readonly height: number;
  readonly time: number;
}

/** What there is to tell: that each proposal was made, and what became of it; the oldest first. */
export function noticesOf({ followed, now }: BoardView): Notice[] {
  const { network } = followed.state;
  const timeAt = timesOf(followed.entries);
  const told = (
    proposal: RightsState['proposals'][number],
    status: ProposalStatus,
    height: number,
  ): Notice => ({
    id: `${proposal.id}:${status}`,
    network,
    proposal: proposal.id,
    status,
    member: proposal.note.member,
    change: proposal.note.change.kind,
    expires: proposal.note.expires,
    waitsFor: status === 'open' && proposal.status === 'open' ? tallyOf(proposal).outstanding : [],
    height,
    time: timeAt(height),
  });
  return now.proposals
    .flatMap((proposal) => [
      told(proposal, 'open', proposal.height),
      ...(proposal.closed === null ? [] : [told(proposal, proposal.status, proposal.closed)]),
    ])
    .toSorted((a, b) => a.height - b.height);
}

/** Blocks without entries have no time in the log: that of the entry below stands for theirs. */
function timesOf(entries: readonly Uint8Array[]): (height: number) => number {
  const known = entries.map((bytes) => parseRightsEntry(bytes));
  return (height) => known.findLast((entry) => entry.height <= height)?.time ?? 0;
}
