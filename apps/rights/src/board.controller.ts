import { MessagingError } from '@besure/messaging';
import type { Primitives } from '@besure/protocol';
import { Open, problems } from '@besure/service';
import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import type { z } from 'zod';
import { historyAnswer, proposalAnswer, rightsAnswer, signedProposalAnswer } from './board.js';
import type { CharterChange } from './charter-changes.js';
import { FEED_TYPE, feedQuery, historyQuery, noteBody, proposalsQuery } from './board-api.js';
import { feedOf } from './notices/feed.js';
import { noticesOf } from './notices/notice.js';
import { previewChange, tryNote } from './notes.js';
import { notCarried, notReplayed } from './problems.js';
import type { BoardView, RightsView } from './rights-view.js';

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
    const { proposals } = this.#view().now;
    const asked = proposals.filter((one) => status === undefined || one.status === status);
    return { proposals: asked.map(proposalAnswer) };
  }

  /** One proposal, with its note. */
  @Get('proposals/:id')
  @Open()
  proposal(@Param('id') id: string): object {
    const answer = signedProposalAnswer(this.#view(), id);
    if (answer === null) throw problems.notFound({ detail: 'There is no such proposal.' });
    return answer;
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
      if (error instanceof MessagingError) throw notCarried(error);
      throw error;
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
