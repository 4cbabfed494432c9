import { type ApiDescription, described, problems } from '@besure/service';
import { z } from 'zod';
import type { MissingItems } from './missing-items.js';

const slot = z.int().min(0);

const missing = z.object({
  due: z
    .int()
    .describe(
      'The last slot whose items were due by the time in the last final block; below the first slot while none was.',
    ),
  from: slot.describe('The slots that were looked at: from this one,'),
  to: z
    .int()
    .describe(
      'to this one. Lower than asked for where it was not due yet, or where slots times members were more than 50000: ask on from the next one.',
    ),
  missing: z
    .array(z.object({ member: z.string(), from: slot, to: slot }))
    .describe('Slots without an item, from the member’s first item on.'),
  late: z
    .array(
      z.object({
        member: z.string(),
        slot,
        seconds: z.int().min(1).describe('From the end of the slot to the block.'),
      }),
    )
    .describe(
      'Items that stand in a block later than one slot after the end of theirs (two seconds at least).',
    ),
  silent: z.array(z.string()).describe('Members that have never had an item.'),
}) satisfies z.ZodType<MissingItems>;

/** What is described of missing items. */
export const missingItemsOperations: ApiDescription['operations'] = {
  'GET /v1/missing-items': {
    id: 'readMissingItems',
    summary: 'Who owes an item to the ledger',
    description:
      'Each member puts one item into the ledger for each slot, whether or not anything happened. This follows from the ledger alone, so that all hubs answer the same at one height.',
    query: z.object({
      from: z
        .string()
        .optional()
        .describe('The first slot to look at; with `to`. Without both the newest 100.'),
      to: z.string().optional().describe('The last one; at most 10000 slots in all.'),
    }),
    answers: {
      200: { description: 'Missing and late items.', content: { 'application/json': missing } },
    },
    problems: [described(problems.malformed())],
  },
};
