import { charterSchema, decisionSchema, trustLogSchema } from '@besure/governance';
import { type ApiDescription, described } from '@besure/service';
import { z } from 'zod';
import { boardOperations } from './board-api.js';
import type { Difference } from './compare.js';
import { ledgerRightsSchema } from './permissions-answer.js';
import { ledgerAway, notReplayed } from './problems.js';

const right = {
  address: z.string(),
  stream: z.string().nullable().describe('Null: on the chain.'),
  type: z.string(),
};

const difference = z.union([
  z.object({ kind: z.enum(['missing', 'surplus']), ...right }),
  z.object({ kind: z.enum(['no-stream', 'open-stream']), stream: z.string() }),
]) satisfies z.ZodType<Difference>;

/** What everyone may read, described: what is served and what is not is compared at the start. */
export const rightsApi: ApiDescription = {
  title: 'BeSure rights',
  description:
    'The charter, what the board decided and is asked, the trust file that verifiers start from, and how the permissions of the ledger stand against the charter. Nothing here is secret.',
  schemas: {
    Charter: charterSchema,
    Trust: trustLogSchema,
    Decision: decisionSchema,
    Difference: difference,
  },
  operations: {
    'GET /v1/charter': {
      id: 'readCharter',
      summary: 'The charter as the decisions have made it',
      description: 'In its one text, the same at every hub that has read as far.',
      answers: { 200: { description: 'The charter.', content: { 'application/json': charterSchema } } },
    },
    'GET /v1/trust': {
      id: 'readTrust',
      summary: 'The trust file that verifiers start from',
      description:
        'The log of rights up to a checkpoint that a quorum of the charter that comes of it has signed, which hubs and witnesses do anew each day. People compare `network` before they trust it.',
      answers: { 200: { description: 'The trust file.', content: { 'application/json': trustLogSchema } } },
      problems: [described(notReplayed())],
    },
    ...boardOperations,
    'GET /v1/permissions': {
      id: 'comparePermissions',
      summary: 'What the ledger permits, and where that is not what the charter says',
      answers: {
        200: {
          description: 'As of the last second.',
          content: {
            'application/json': ledgerRightsSchema.extend({
              differences: z
                .array(difference)
                .describe('Empty where the ledger permits what the charter says.'),
            }),
          },
        },
      },
      problems: [described(ledgerAway())],
    },
  },
};
