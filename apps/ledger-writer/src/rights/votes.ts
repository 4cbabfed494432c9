import { parseBigint } from '@besure/event-store';
import type { Vote, VoteNote } from '@besure/governance';
import type { Db, LogStore } from '@besure/log-store';
import { LedgerWriterError } from '../error.js';
import type { ReplayedRights } from './replayed.js';

/** What the table of outgoing items says of those that are votes; migration 008. */
export const VOTE_COLUMNS = `
  ALTER TABLE rights_outgoing
    -- of a vote its note's id, and what it says; null for what is no vote
    ADD COLUMN note text,
    ADD COLUMN proposal text,
    ADD COLUMN member text,
    ADD COLUMN number bigint,
    ADD COLUMN choice text;
  CREATE INDEX rights_outgoing_votes ON rights_outgoing (proposal, member) WHERE proposal IS NOT NULL;
`;

/** A vote that this hub knows of. */
export type KnownVote = Pick<Vote, 'member' | 'choice' | 'number'>;

/** So many of one proposal are shown: a member's part of what a hub carries are some two hundred. */
const MOST_SHOWN = 1_000;

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
      'SELECT member, choice, number FROM rights_outgoing WHERE proposal = $1 ORDER BY number, member LIMIT $2',
      [proposal, MOST_SHOWN],
    );
    const outgoing = rows.map((row): KnownVote => ({ ...row, number: parseBigint(row.number) }));
    const final = (await this.#finalOn(db, proposal)).map(({ member, choice, number }): KnownVote => ({
      member,
      choice,
      number,
    }));
    return [...final, ...outgoing];
  }

  /**
   * Throws `number` where a vote would come to nothing: its member has another one on that proposal with that number, or a later one. The member's
   * votes wait for each other before this is asked.
   */
  async assertIsLater(db: Db, note: string, vote: VoteNote): Promise<void> {
    const { proposal, member, number, choice } = vote;
    const [row] = await db.query<{ last: string | null }[]>(
      'SELECT max(number) AS last FROM rights_outgoing WHERE proposal = $1 AND member = $2 AND note <> $3',
      [proposal, member, note],
    );
    const last = row?.last ?? null;
    const final = (await this.#finalOn(db, proposal)).find((one) => one.member === member);
    // Said once more, it changes nothing, and nobody is misled.
    const isRepeated = final?.number === number && final.choice === choice;
    const isOvertaken = final !== undefined && final.number >= number && !isRepeated;
    if (isOvertaken || (last !== null && parseBigint(last) >= number))
      throw new LedgerWriterError('number', `${member} has a later vote on its way, or one with this number`);
  }

  async #finalOn(db: Db, proposal: string): Promise<readonly Vote[]> {
    const { size } = await this.#log.head(db);
    const state = await this.#replayed.read(db, size);
    return state?.proposals.find(({ id }) => id === proposal)?.votes ?? [];
  }
}
