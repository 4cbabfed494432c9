import type { ApiDescription } from '@besure/service';
import { z } from 'zod';
import type { UndecidedRight } from './rows.js';

const undecided = z.object({
  height: z.int().min(0).describe('Of the block.'),
  txid: z.string().describe('The transaction that made the change.'),
  address: z.string(),
  stream: z
    .string()
    .nullable()
    .describe('Null for a right on the whole chain; else its name, or its entity in hexadecimal.'),
  type: z.string().describe('Such as `mine`; `bits-…` for one without a name here.'),
  change: z.enum(['given', 'taken']),
}) satisfies z.ZodType<UndecidedRight>;

/** What is described of rights that nobody decided on. */
export const undecidedRightsOperations: ApiDescription['operations'] = {
  'GET /v1/undecided-rights': {
    id: 'readUndecidedRights',
    summary: 'Who was given a right on the chain without a decision',
    description:
      'Every change of the chain’s own rights since its first block that is neither part of the set-up nor enacts a decision of the board, even if it was undone later. This follows from the ledger alone, so that all hubs answer the same at one height; at most 1000.',
    answers: {
      200: {
        description: 'The changes, in the order of the ledger.',
        content: { 'application/json': z.object({ rights: z.array(undecided) }) },
      },
    },
  },
};
