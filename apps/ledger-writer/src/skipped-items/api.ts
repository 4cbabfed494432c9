import type { ApiDescription } from '@besure/service';
import { z } from 'zod';
import { SKIPPED_REASONS, type SkippedItem } from './rows.js';

const skipped = z.object({
  height: z.int().min(0).describe('Of the block.'),
  txid: z.string(),
  publisher: z.string().describe('HASH160 of the key that published it, in hexadecimal.'),
  reason: z
    .enum(SKIPPED_REASONS)
    .describe('`item`: neither a charter nor a note; `room`: its publisher had no room for it.'),
}) satisfies z.ZodType<SkippedItem>;

/** What is described of what the log of rights leaves out. */
export const skippedItemsOperations: ApiDescription['operations'] = {
  'GET /v1/skipped-items': {
    id: 'readSkippedItems',
    summary: 'What stands in the stream of rights and not in its log',
    description:
      'Only hubs’ nodes have the right to write there. What they publish that is no item, or more than they have room for, is no entry for anyone. The newest 1000.',
    answers: {
      200: {
        description: 'In the order of the ledger.',
        content: { 'application/json': z.object({ items: z.array(skipped) }) },
      },
    },
  },
};
