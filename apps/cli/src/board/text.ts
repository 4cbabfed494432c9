import type { Difference, HistoryEntry, Rights, ShownProposal, SignedProposal } from './hub-answers.js';

/** Members, hubs, hosting and terms, for people. */
export function rightsText(rights: Rights): string[] {
  const { network, version, height, size, digest, members, hubs, hosting, board } = rights;
  const width = Math.max(0, ...[...members, ...hubs].map(({ id }) => id.length));
  return [
    `network ${network}`,
    `state ${version}, of ${size} entries up to height ${height}, digest ${digest}`,
    `the board decides by ${JSON.stringify(board.rule)}`,
    `open proposals of a member: at most ${board.openProposals}, each for at most ${board.longestLifeBlocks} blocks`,
    'members:',
    ...members.map(
      ({ id, name, role, status, seats }) =>
        `  ${id.padEnd(width)}  ${status}, ${role}, ${counted(seats, 'seat')}  ${name}`,
    ),
    'hubs:',
    ...hubs.map(
      ({ id, operator, provider, standing }) =>
        `  ${id.padEnd(width)}  ${standing ? 'stands' : 'removed'}, run by ${operator} on ${provider}`,
    ),
    `hosting: at most ${hosting.capPercent} % of them with one provider, but one always`,
    ...hosting.providers.map(
      ({ provider, hubs: those, operators }) =>
        `  ${provider}: ${counted(those.there, 'hub')} of ${those.limit} possible, ${counted(operators.there, 'operator')} of ${operators.limit}`,
    ),
  ];
}

type Described = Omit<ShownProposal, 'note'> & {
  readonly note: {
    readonly member: string;
    readonly expires: number;
    readonly change: { readonly kind: string };
  };
};

/** A proposal and how the vote on it stands. */
export function proposalText({ id, note, status, closed, tally, remarks }: Described): string[] {
  const ends = closed === null ? `until height ${note.expires}` : `at height ${closed}`;
  const required = tally.including.length === 0 ? '' : `, ${tally.including.join(' and ')} among them`;
  return [
    `${id}  ${status} ${ends}`,
    `  ${note.member} asks: ${subjectText(note.change)}`,
    `  for: ${list(tally.for)}; against: ${list(tally.against)}; outstanding: ${list(tally.outstanding)}; ${tally.needed} needed${required}`,
    ...remarks.map((remark) => `  ${remark}`),
  ];
}

/** Votes that do not count yet: until then a later one takes their place. */
export function pendingText(pending: SignedProposal['pending']): string[] {
  if (pending === null) return ['  whether votes wait for a final block the hub cannot say now'];
  return pending.map(
    ({ member, choice, number }) => `  waits for a final block: vote ${number} of ${member}, ${choice}`,
  );
}

/** What an entry of the log did. */
export function historyText({ index, height, note, outcome }: HistoryEntry): string {
  const what =
    'did' in outcome ? `${outcome.did} ${outcome.id}` : `refused (${outcome.refused}): ${outcome.rule}`;
  const by = note === null ? '' : `, by the note ${note}`;
  return `${String(index).padStart(6)}  height ${height}  ${what}${by}`;
}

/** What a change would change, one line for each member of the charter. */
export function differenceText({ path, before, after }: Difference): string {
  return `${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`;
}

/** The kind of a change, and what it is about where that is short. */
function subjectText(change: { readonly kind: string }): string {
  const about = new Map<string, unknown>(Object.entries(change));
  const subject = ['organisation', 'hub', 'witness', 'name'].map((name) => about.get(name));
  return [change.kind, subject.find((name) => typeof name === 'string')].filter(Boolean).join(' ');
}

function list(names: readonly string[]): string {
  return names.join(', ') || 'nobody';
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
