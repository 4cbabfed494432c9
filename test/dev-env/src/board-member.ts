import { readFileSync } from 'node:fs';
import { type Change, type NoteContent, prepareNote } from '@besure/governance';
import { loadSeatKey, type SeatSigner } from '@besure/keys';
import { attachSignature, encodeBase64url } from '@besure/protocol';
import { goodAnswer } from './back-office.js';
import type { OrganisationKeys } from './key-folder.js';

/** The board as a hub shows it. */
export interface ShownRights {
  readonly network: string;
  readonly version: number;
  readonly ledger: { readonly tip: number };
  readonly members: readonly { readonly id: string; readonly status: string }[];
}

/** How a proposal stands. */
export interface ShownProposal {
  readonly id: string;
  readonly status: string;
  readonly note: { readonly state: number };
  readonly tally: {
    readonly for: readonly string[];
    readonly outstanding: readonly string[];
    readonly needed: number;
  };
}

/** Somebody with a seat in the board: signs notes and hands them in at a hub. What any HTTP client can do, in one place. */
export class BoardMember {
  readonly #url: string;
  readonly #member: string;
  readonly #seat: SeatSigner;

  private constructor(url: string, member: string, seat: SeatSigner) {
    this.#url = `${url}/v1/rights`;
    this.#member = member;
    this.#seat = seat;
  }

  /** Opens a member's seat; `url` is that of a hub's `rights`. */
  static async open(
    url: string,
    member: string,
    keys: Pick<OrganisationKeys, 'seatKey' | 'seatPassphrase'>,
  ): Promise<BoardMember> {
    const passphrase = readFileSync(keys.seatPassphrase, 'utf8').trim();
    return new BoardMember(url, member, await loadSeatKey(keys.seatKey, passphrase));
  }

  /** How the network stands; null where the hub cannot say yet. */
  async rights(): Promise<ShownRights | null> {
    const answer = await fetch(this.#url);
    return answer.status === 503 ? null : ((await (await goodAnswer(answer)).json()) as ShownRights);
  }

  /** A proposal; null where the hub does not know it yet. */
  async proposal(id: string): Promise<ShownProposal | null> {
    const answer = await fetch(`${this.#url}/proposals/${id}`);
    return answer.status === 404 ? null : ((await (await goodAnswer(answer)).json()) as ShownProposal);
  }

  /** Proposes a change that can be voted on for so many blocks. Answers the proposal's id; throws RefusedError. */
  propose(rights: ShownRights, change: Change, blocks: number): Promise<string> {
    const { network, version, ledger } = rights;
    const expires = ledger.tip + blocks;
    return this.#say({
      kind: 'proposal',
      network,
      member: this.#member,
      state: version,
      expires,
      minute: null,
      change,
    });
  }

  /** The member's first vote on a proposal. Throws RefusedError. */
  vote({ network }: ShownRights, { id, note }: ShownProposal, choice: 'for' | 'against'): Promise<string> {
    const vote = { kind: 'vote', network, member: this.#member, state: note.state, proposal: id } as const;
    return this.#say({ ...vote, number: 1, choice });
  }

  async #say(content: NoteContent): Promise<string> {
    const input = prepareNote(content, encodeBase64url(this.#seat.publicKey));
    const note = attachSignature(input, await this.#seat.sign(input));
    const answer = await fetch(`${this.#url}/notes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ note }),
    });
    return ((await (await goodAnswer(answer)).json()) as { id: string }).id;
  }
}
