import { type ApiDescription, Open } from '@besure/service';
import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { VOTES_CONTEXT } from '../tokens.js';
import type { KnownVote, Votes } from './votes.js';

/** What votes are shown from. */
export interface VotesContext {
  readonly dataSource: DataSource;
  readonly votes: Votes;
}

const vote = z.object({
  member: z.string(),
  choice: z.enum(['for', 'against']),
  number: z.int().min(1),
}) satisfies z.ZodType<KnownVote>;

/** What is described of votes on their way. */
export const votesOperations: ApiDescription['operations'] = {
  'GET /v1/votes/{proposal}': {
    id: 'readVotes',
    summary: 'The votes on a proposal that this hub knows of',
    description:
      'Those that it was handed and no final block holds yet, and the last one of each member in final blocks, before a quorum has signed those, too. None where it knows of no such proposal.',
    path: z.object({ proposal: z.string() }),
    answers: {
      200: {
        description: 'The votes.',
        content: { 'application/json': z.object({ votes: z.array(vote) }) },
      },
    },
  },
};

/** Votes before they count for everybody: whoever numbers the next one asks for them. */
@Controller('v1/votes')
export class VotesController {
  readonly #context: VotesContext;

  constructor(@Inject(VOTES_CONTEXT) context: VotesContext) {
    this.#context = context;
  }

  /** Those on one proposal. */
  @Get(':proposal')
  @Open()
  async list(@Param('proposal') proposal: string): Promise<{ votes: KnownVote[] }> {
    const { dataSource, votes } = this.#context;
    return { votes: await votes.on(dataSource, proposal) };
  }
}
