import { parseBigint } from '@besure/event-store';
import { type Note, type Proposal, type RightsState, type Vote, VOTE_NUMBERS } from '@besure/governance';
import type { Db, LogStore } from '@besure/log-store';
import { LedgerWriterError } from '../error.js';
import type { ReplayedRights } from './replayed.js';

/** What the table of outgoing items says of those that are votes; migration 008. */
export const VOTE_COLUMNS = `
  ALTER TABLE rights_outgoing
    -- of a note its id
    ADD COLUMN note text,
    -- of a vote what it says; null for what is no vote
    ADD COLUMN proposal text,
    ADD COLUMN member text,
    ADD COLUMN number bigint,
    ADD COLUMN choice text;
  CREATE UNIQUE INDEX rights_outgoing_note ON rights_outgoing (note);
  CREATE INDEX rights_outgoing_votes ON rights_outgoing (proposal, member) WHERE proposal IS NOT NULL;
`;

/** A vote that this hub knows of. */
export type KnownVote = Pick<Vote, 'member' | 'choice' | 'number'>;

/**
 * The votes on a proposal as far as this hub knows them: those that it has taken and no final block holds yet, and the last one of each member in
 * final blocks, whether or not a quorum has signed those. What was asked of a member's number is asked of all of them, so that a
 * later vote is not overtaken by an earlier one.
 */
export class Votes {
  readonly #log: LogStore;
  readonly #replayed: ReplayedRights;

  /** `replayed` is for these questions alone: what takes blocks in has its own. */
  constructor(log: LogStore, replayed: ReplayedRights) {
    this.#log = log;
    this.#replayed = replayed;
  }

  /** All of them; one that has just become final may be there twice. */
  async on(db: Db, proposal: string): Promise<KnownVote[]> {
    // What leaves the table is in the state by then: in this order none is missed.
    const rows = await db.query<(Omit<KnownVote, 'number'> & { readonly number: string })[]>(
      `SELECT DISTINCT ON (member) member, choice, number FROM rights_outgoing
        WHERE proposal = $1 ORDER BY member, number DESC`,
      [proposal],
    );
    const outgoing = rows.map((row): KnownVote => ({ ...row, number: parseBigint(row.number) }));
    const final = ((await this.#proposals(db)).find(({ id }) => id === proposal)?.votes ?? []).map(
      ({ member, choice, number }): KnownVote => ({
        member,
        choice,
        number,
      }),
    );
    return [...final, ...outgoing];
  }

  /** Whether final blocks have said what a note says, so that saying it again would change nothing. */
  async isSaid(db: Db, { id, content }: Note): Promise<boolean> {
    const proposals = await this.#proposals(db);
    if (content.kind === 'proposal') return proposals.some((one) => one.id === id);
    const proposal = proposals.find((one) => one.id === content.proposal);
    if (content.kind === 'withdrawal')
      return proposal?.status === 'withdrawn' && proposal.note.member === content.member;
    const { member, number, choice } = content;
    return (
      proposal?.votes.some(
        (one) => one.member === member && one.number === number && one.choice === choice,
      ) ?? false
    );
  }

  /**
   * Throws `state` or `closed` where final blocks have decided what a note is about, and `number` where a vote would come to nothing: its member has another one
   * on that proposal with that number, or a later one. What is on its way may have used up all numbers that there are: then a lower one is taken, which may
   * come first. The member's notes wait for each other before this is asked.
   */
  async assertCounts(db: Db, { id, content }: Note): Promise<void> {
    const state = await this.#state(db);
    if (content.kind === 'proposal') {
      if (state !== null && content.state !== state.version)
        throw new LedgerWriterError('state', `the state is ${state.version} by now`);
      return;
    }
    const known = state?.proposals.find((one) => one.id === content.proposal);
    if (known !== undefined && known.status !== 'open')
      throw new LedgerWriterError('closed', `the proposal is ${known.status} by now`);
    if (content.kind === 'withdrawal') return;
    const { proposal, member, number } = content;
    const [row] = await db.query<{ last: string | null }[]>(
      'SELECT max(number) AS last FROM rights_outgoing WHERE proposal = $1 AND member = $2 AND note <> $3',
      [proposal, member, id],
    );
    const last = row?.last === null || row === undefined ? 0 : parseBigint(row.last);
    const final = known?.votes.find((one) => one.member === member)?.number ?? 0;
    if (number <= final || (number <= last && last < final + VOTE_NUMBERS))
      throw new LedgerWriterError('number', `${member} has a later vote on its way, or one with this number`);
  }

  async #proposals(db: Db): Promise<readonly Proposal[]> {
    return (await this.#state(db))?.proposals ?? [];
  }

  async #state(db: Db): Promise<RightsState | null> {
    const { size } = await this.#log.head(db);
    return this.#replayed.read(db, size);
  }
}
