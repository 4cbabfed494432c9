import { MAX_CHECKPOINTS, type PendingCheckpoints } from '@besure/protocol';
import { type ApiDescription, described, problems } from '@besure/service';
import { z } from 'zod';
import { CHAIN_STATES } from './chain-follower.js';
import { LOG_PATH, RIGHTS_LOG_PATH } from './log.controller.js';
import { undecidedRightsOperations } from './native-rights/api.js';
import { votesOperations } from './rights/votes.controller.js';
import { skippedItemsOperations } from './skipped-items/api.js';
import type { LedgerStatus } from './status.controller.js';
import { missingItemsOperations } from './slots/api.js';
import { timeStampOperations } from './time-stamps/api.js';

const status = z.object({
  hub: z.string().nullable().describe('Null where the charter has no hub with its keys (yet).'),
  signs: z.boolean().describe('Whether it signs checkpoints: while the charter has its keys.'),
  chain: z.string(),
  state: z.enum(CHAIN_STATES),
  halted: z.string().nullable().describe('Why the log stands still, null while it does not.'),
  tip: z.int().describe('The height of the node, -1 before the first look.'),
  height: z.int().describe('The height of the last final block in the log, -1 before the first.'),
}) satisfies z.ZodType<LedgerStatus>;

const pending = z.object({
  checkpoints: z.array(z.string()).max(MAX_CHECKPOINTS),
  contradictions: z.array(z.string()).max(MAX_CHECKPOINTS),
}) satisfies z.ZodType<PendingCheckpoints>;

/** The ledger log for everyone, described: what is served and what is not is compared at the start. */
export const ledgerWriterApi: ApiDescription = {
  title: 'BeSure ledger-writer',
  description:
    'The log that this hub derives from the ledger, as https://c2sp.org/tlog-tiles has it, and how the hub stands. Nothing here is secret.',
  operations: {
    ...servedLog(LOG_PATH, ''),
    ...servedLog(RIGHTS_LOG_PATH, 'Rights'),
    ...timeStampOperations,
    ...missingItemsOperations,
    ...undecidedRightsOperations,
    ...skippedItemsOperations,
    ...votesOperations,
    'GET /v1/status': {
      id: 'readStatus',
      summary: 'How the hub stands',
      answers: { 200: { description: 'Heights and state.', content: { 'application/json': status } } },
    },
  },
};

/** The operations of a log, as tlog-tiles has them; `of` stands in their names. */
function servedLog(path: string, of: string): ApiDescription['operations'] {
  return {
    [`GET /${path}/checkpoint` as const]: {
      id: `read${of}Checkpoint`,
      summary: 'The newest checkpoint that the charter’s quorum has signed',
      answers: {
        200: {
          description: 'A signed note (https://c2sp.org/tlog-checkpoint).',
          content: { 'text/plain': { text: 'The note.' } },
          headers: ['cache-control', 'access-control-allow-origin'],
        },
      },
      problems: [described(problems.notFound())],
    },
    [`GET /${path}/checkpoint-at/{size}` as const]: {
      id: `read${of}CheckpointAt`,
      summary: 'The checkpoint of one size',
      description:
        'With all signatures that it has by now, whether or not they are a quorum: for auditors, and for old entries whose signers are gone.',
      path: z.object({ size: z.string().describe('The size of the log in the checkpoint.') }),
      answers: {
        200: {
          description: 'A signed note.',
          content: { 'text/plain': { text: 'The note.' } },
          headers: ['cache-control', 'access-control-allow-origin'],
        },
      },
      problems: [described(problems.notFound())],
    },
    [`GET /${path}/pending` as const]: {
      id: `read${of}Pending`,
      summary: 'Checkpoints on their way to a quorum',
      description:
        'For witnesses. Where there are too many, the largest. Contradictions are signed checkpoints with a root that this log does not have, as they were handed to this hub.',
      answers: {
        200: {
          description: 'Signed notes, the newest one under a quorum first.',
          content: { 'application/json': pending },
          headers: ['cache-control', 'access-control-allow-origin'],
        },
      },
    },
    [`GET /${path}/tile/{tile}` as const]: {
      id: `read${of}Tile`,
      summary: 'A tile of hashes or a bundle of entries',
      description:
        'The rest of the path is that of the tile: `<level>/<index>` or `entries/<index>`, for a partial one with `.p/<width>`; its slashes stand as they are. Each tile has exactly one path. Full ones never change.',
      route: `/${path}/tile/*`,
      path: z.object({ tile: z.string().describe('Such as `0/x001/067.p/112` or `entries/000`.') }),
      answers: {
        200: {
          description: 'The hashes, or the entries, each behind its length in two bytes.',
          content: { 'application/octet-stream': { text: 'Bytes.' } },
          headers: ['cache-control', 'access-control-allow-origin'],
        },
      },
      problems: [described(problems.notFound())],
    },
  };
}
