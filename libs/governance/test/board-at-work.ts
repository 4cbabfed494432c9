import {
  type Change,
  type Charter,
  type EntryOutcome,
  type NoteContent,
  type Proposal,
  replay,
  type RightsState,
} from '../dist/index.js';
import { charterOf, entry, note, primitives } from './board.ts';

type Signed = ReturnType<typeof note>;

/** A board at work: each call is one block. */
export class Board {
  height = 10;
  state: RightsState;
  /** The log so far. */
  readonly entries: Uint8Array[] = [];

  constructor(charter: Charter = charterOf()) {
    this.entries.push(entry(this.height, { charter }));
    this.state = replay(null, this.entries, primitives).state!;
  }

  take(...notes: readonly { readonly jws: string }[]): EntryOutcome[] {
    this.height += 1;
    const entries = notes.map((content) => entry(this.height, content));
    const { state, outcomes } = replay(this.state, entries, primitives);
    this.state = state!;
    this.entries.push(...entries);
    return [...outcomes];
  }

  proposal(
    member: string,
    change: Change,
    other: { state?: number; expires?: number; minute?: string } = {},
  ): Signed {
    return note({
      kind: 'proposal',
      network: this.state.network,
      member,
      state: this.state.version,
      expires: this.height + 100,
      minute: null,
      change,
      ...other,
    });
  }

  /** Proposes, and gives the proposal's id. */
  propose(member: string, change: Change, other: { expires?: number } = {}): string {
    const made = this.proposal(member, change, other);
    const [outcome] = this.take(made);
    if (outcome === undefined || !('did' in outcome)) throw new Error(JSON.stringify(outcome));
    return made.id;
  }

  ballot(member: string, proposal: string, choice: 'for' | 'against', number = 1, seat?: string): Signed {
    const { state } = this.known(proposal).note;
    return this.said({ kind: 'vote', member, state, proposal, number, choice }, seat);
  }

  vote(member: string, proposal: string, choice: 'for' | 'against' = 'for', number = 1): EntryOutcome[] {
    return this.take(this.ballot(member, proposal, choice, number));
  }

  withdrawal(member: string, proposal: string): Signed {
    return this.said({ kind: 'withdrawal', member, proposal });
  }

  /** Proposes and votes until it is decided. */
  decide(change: Change, voters: readonly string[] = ['alpha', 'beta']): string {
    const id = this.propose('alpha', change);
    for (const voter of voters) this.vote(voter, id);
    return id;
  }

  known(id: string): Proposal {
    return this.state.proposals.find((proposal) => proposal.id === id)!;
  }

  status(id: string): string {
    return this.known(id).status;
  }

  /** A signed note of this network. */
  said(content: WithoutNetwork<NoteContent>, seat?: string): Signed {
    return note({ network: this.state.network, ...content }, seat);
  }
}

type WithoutNetwork<Content> = Content extends unknown ? Omit<Content, 'network'> : never;
