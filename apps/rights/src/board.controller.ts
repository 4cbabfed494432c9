import { parseNote, type Proposal } from '@besure/governance';
import { MessagingError } from '@besure/messaging';
import type { Primitives } from '@besure/protocol';
import { Open, type Problem, problems } from '@besure/service';
import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import type { z } from 'zod';
import { placeOf, proposalAnswer, rightsAnswer, signedProposalAnswer } from './board.js';
import type { CharterChange } from './charter-changes.js';
import { FEED_TYPE, feedQuery, historyQuery, noteBody, proposalsQuery } from './board-api.js';
import { historyAnswer } from './history.js';
import { feedOf } from './notices/feed.js';
import { noticesOf } from './notices/notice.js';
import { overtaken, previewChange, tryNote } from './notes.js';
import { nextNumber, pendingAmong, type PendingVote } from './pending-votes.js';
import { ledgerAway, notCarried, notConfirmed, notReplayed } from './problems.js';
import type { BoardView, RightsView } from './rights-view.js';
import { notesOfVotes } from './said-notes.js';

/** What of a request a feed needs to name itself. */
interface FeedRequest {
  readonly protocol: string;
  readonly host: string;
  readonly url: string;
}

export const BOARD_CONTEXT = Symbol('BoardContext');

/** What the board is served from. */
export interface BoardContext {
  readonly view: RightsView;
  readonly primitives: Primitives;
  /** Hands a note to the ledger-writer; resolves when it is kept there. */
  readonly carry: (jws: string) => Promise<unknown>;
  /** The votes on a proposal that the ledger-writer knows of. Rejects where it does not say. */
  readonly knownVotes: (proposal: string) => Promise<readonly PendingVote[]>;
  readonly onUnknownVotes: (error: unknown) => void;
}

/** What the board decided and what it is asked, for everyone; who may say something to it is told by signatures. */
@Controller('v1/rights')
export class BoardController {
  readonly #context: BoardContext;

  constructor(@Inject(BOARD_CONTEXT) context: BoardContext) {
    this.#context = context;
  }

  /** Members, hubs, hosting and terms. */
  @Get()
  @Open()
  rights(): object {
    return rightsAnswer(this.#view());
  }

  /** All proposals, or those of one status. */
  @Get('proposals')
  @Open()
  proposals(@Query() query: unknown): object {
    const { status } = read(proposalsQuery, query);
    const view = this.#view();
    const asked = view.now.proposals.filter((one) => status === undefined || one.status === status);
    const noteOf = notesOfVotes(view);
    return { proposals: asked.map((one) => proposalAnswer(one, noteOf)) };
  }

  /** One proposal, with its note, and votes on their way. */
  @Get('proposals/:id')
  @Open()
  async proposal(@Param('id') id: string): Promise<object> {
    // First the votes on their way: one that counts meanwhile is seen as such.
    const known = this.#proposal(id).proposal.status === 'open' ? await this.#knownVotes(id) : [];
    const { view, proposal } = this.#proposal(id);
    return signedProposalAnswer(view, proposal, known === null ? null : pendingAmong(known, proposal));
  }

  /** What became of a proposal, in a file that verifies by itself. */
  @Get('proposals/:id/decision')
  @Open()
  @Header('content-type', 'application/json')
  decision(@Param('id') id: string): string {
    const { view, proposal } = this.#proposal(id);
    const { confirmed } = this.#context.view;
    if (confirmed === null || placeOf(view, proposal) >= confirmed.size) throw notConfirmed();
    return confirmed.decision(id);
  }

  /** An Atom feed of proposals and decisions, or of what waits for one member's vote. */
  @Get('feed')
  @Open()
  @Header('content-type', FEED_TYPE)
  feed(@Query() query: unknown, @Req() request: FeedRequest): string {
    const { member = null } = read(feedQuery, query);
    const view = this.#view();
    const self = `${request.protocol}://${request.host}${request.url}`;
    return feedOf(noticesOf(view), { self, member, network: view.followed.state.network });
  }

  /** What each entry of the log did. */
  @Get('history')
  @Open()
  history(@Query() query: unknown): object {
    return historyAnswer(this.#view(), Number(read(historyQuery, query).from));
  }

  /** Takes a signed note for the ledger. */
  @Post('notes')
  @HttpCode(202)
  @Open()
  async note(@Body() body: unknown): Promise<{ id: string }> {
    const { now, ledger } = this.#view();
    const { note } = read(noteBody, body);
    const id = tryNote(now, ledger.tip, note, this.#context.primitives);
    try {
      await this.#context.carry(note);
    } catch (error) {
      if (!(error instanceof MessagingError)) throw error;
      throw error.refusal === 'number' ? await this.#overtaken(note) : notCarried(error);
    }
    return { id };
  }

  /** What a change would change. */
  @Post('preview')
  @HttpCode(200)
  @Open()
  preview(@Body() body: unknown): { changes: CharterChange[] } {
    const { now, ledger } = this.#view();
    return { changes: previewChange(now, ledger.tip, body) };
  }

  /** The answer to a vote that an earlier one of its member, on its way, would make void. */
  async #overtaken(jws: string): Promise<Problem> {
    const { content } = parseNote(jws, this.#context.primitives.sha256);
    const known = content.kind === 'vote' ? await this.#knownVotes(content.proposal) : null;
    return known === null ? ledgerAway() : overtaken(nextNumber(known, content.member));
  }

  /** Null where the ledger-writer does not say. */
  async #knownVotes(proposal: string): Promise<readonly PendingVote[] | null> {
    try {
      return await this.#context.knownVotes(proposal);
    } catch (error) {
      this.#context.onUnknownVotes(error);
      return null;
    }
  }

  #proposal(id: string): { readonly view: BoardView; readonly proposal: Proposal } {
    const view = this.#view();
    const proposal = view.now.proposals.find((one) => one.id === id);
    if (proposal === undefined) throw problems.notFound({ detail: 'There is no such proposal.' });
    return { view, proposal };
  }

  #view(): BoardView {
    const { view } = this.#context.view;
    if (view === null) throw notReplayed();
    return view;
  }
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw problems.malformed({ field: issue?.path.join('.') ?? '', rule: issue?.message ?? '' });
}
