import { type Change, hostingLimit, standingHubs } from '@besure/governance';
import { waitUntil } from '@besure/testing';
import { RefusedError } from '../back-office.js';
import type { BoardMember, ShownRights } from '../board-member.js';
import { applicant, members } from '../members.js';
import type { Network } from '../network.js';
import type { Checks, Governance } from './report.js';

const DEADLINE_MILLIS = 60_000;
/** So long the board has for a proposal. */
const LIFE_BLOCKS = 1_000;

/** What the board did, for people; and counted. */
export interface BoardAct {
  readonly lines: readonly string[];
  readonly governance: Governance;
}

/** A fourth organisation applies, two of three members vote for it, and one more hub with the same provider cannot even be proposed. */
export async function playBoard(network: Network, signal: AbortSignal, checks: Checks): Promise<BoardAct> {
  const lines: string[] = [];
  const [proposer, seconder] = members.map(({ id }) => id) as [string, string];
  const [first, second] = (await Promise.all([proposer, seconder].map((id) => network.boardMember(id)))) as [
    BoardMember,
    BoardMember,
  ];
  const before = await until('the board at the hub', signal, () => first.rights());
  const proposal = await first.propose(before, network.application(applicant.id), LIFE_BLOCKS);
  const shown = await until('the proposal', signal, () => first.proposal(proposal));
  lines.push(
    `${applicant.id} applies; ${proposer} proposes to admit it: ${proposal}`,
    `${shown.tally.needed} of ${shown.tally.outstanding.length} votes are needed`,
  );
  await Promise.all([first, second].map((member) => member.vote(before, shown, 'for')));
  const now = await until('the decision', signal, async () => {
    const rights = await first.rights();
    return rights !== null && rights.version > before.version ? rights : null;
  });
  const decided = await first.proposal(proposal);
  lines.push(`for it: ${decided?.tally.for.join(', ') ?? 'nobody'}; it is ${decided?.status ?? 'unknown'}`);
  const standing = now.members.find(({ id }) => id === applicant.id)?.status ?? 'no member';
  checks.add(
    'an organisation that two of three members voted for is admitted',
    decided?.status === 'accepted' && standing === 'member',
    `${applicant.id}: ${standing}`,
  );

  const hub = network.hubApplication();
  const rule = await ruleAgainst(second, now, hub);
  lines.push(
    `${seconder} proposes one more hub with the same provider: ${rule === null ? 'accepted' : `refused, it ${rule}`}`,
  );
  const hubs = standingHubs(network.charter).length + 1;
  const limit = hostingLimit(network.charter.board.hostingCapPercent, hubs);
  checks.add(
    'a hub that would break the hosting cap is refused',
    rule?.endsWith(`= ${limit}`) ?? false,
    rule ?? 'it was not refused',
  );
  const outcomes = [decided?.status, rule === null ? 'open' : 'refused'];
  const count = (outcome: string): number => outcomes.filter((one) => one === outcome).length;
  const governance = { proposals: outcomes.length, accepted: count('accepted'), refused: count('refused') };
  return { lines, governance };
}

/** The rule that a hub gives against a change; null where there is none. */
async function ruleAgainst(member: BoardMember, rights: ShownRights, change: Change): Promise<string | null> {
  try {
    await member.propose(rights, change, LIFE_BLOCKS);
    return null;
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return String((error.problem as { rule?: string }).rule);
  }
}

function until<T>(what: string, signal: AbortSignal, look: () => Promise<T | null>): Promise<T> {
  return waitUntil({ what, timeoutMillis: DEADLINE_MILLIS, everyMillis: 200 }, async () => {
    signal.throwIfAborted();
    return (await look()) ?? undefined;
  });
}
