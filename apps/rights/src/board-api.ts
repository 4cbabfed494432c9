import { changeSchema, decisionSchema, MAX_NOTE_LENGTH } from '@besure/governance';
import { type ApiDescription, described, problems } from '@besure/service';
import { z } from 'zod';
import { proposalSchema, rightsSchema, signedProposalSchema } from './board.js';
import { historySchema, MAX_HISTORY } from './history.js';
import { MAX_FEED } from './notices/feed.js';
import { NOTE_REFUSALS, refused } from './notes.js';
import { ledgerAway, notConfirmed, notReplayed, tooMuch } from './problems.js';

export const proposalsQuery = z.object({ status: proposalSchema.shape.status.optional() });
export const historyQuery = z.object({
  from: z
    .string()
    .regex(/^(0|[1-9][0-9]{0,14})$/, 'must be a whole number')
    .default('0')
    .describe('The index of the first entry.'),
});
export const feedQuery = z.object({
  member: z.string().max(63).optional().describe('Only what waits for the vote of that member.'),
});
export const FEED_TYPE = 'application/atom+xml; charset=utf-8';
export const noteBody = z.strictObject({
  note: z.string().max(MAX_NOTE_LENGTH).describe('A signed note, as specs/rights.md has it.'),
});

const away = described(notReplayed());

/** What the board is served. */
export const boardOperations: ApiDescription['operations'] = {
  'GET /v1/rights': {
    id: 'readRights',
    summary: 'Members, hubs, hosting and terms, as the decisions have made them',
    answers: {
      200: { description: 'As of the last entry.', content: { 'application/json': rightsSchema } },
    },
    problems: [away],
  },
  'GET /v1/rights/proposals': {
    id: 'listProposals',
    summary: 'Proposals, and how the vote on each stands',
    query: proposalsQuery,
    answers: {
      200: {
        description: 'In the order in which they were made.',
        content: { 'application/json': z.object({ proposals: z.array(proposalSchema) }) },
      },
    },
    problems: [described(problems.malformed()), away],
  },
  'GET /v1/rights/proposals/{id}': {
    id: 'readProposal',
    summary: 'One proposal, with the note that made it, and votes on their way',
    path: z.object({ id: z.string() }),
    answers: {
      200: { description: 'How it stands.', content: { 'application/json': signedProposalSchema } },
    },
    problems: [described(problems.notFound()), away],
  },
  'GET /v1/rights/proposals/{id}/decision': {
    id: 'readDecision',
    summary: 'What became of a proposal, as a file that verifies offline',
    description:
      'The log of rights up to the newest checkpoint that a quorum of the charter that comes of it has signed: whoever knows the network’s name needs nothing else to check it (specs/rights.md, Decision file). Until a proposal is decided, the file says that it is open.',
    path: z.object({ id: z.string() }),
    answers: {
      200: { description: 'The decision file.', content: { 'application/json': decisionSchema } },
    },
    problems: [described(problems.notFound()), described(notConfirmed())],
  },
  'GET /v1/rights/feed': {
    id: 'readFeed',
    summary: 'An Atom feed of proposals and decisions, or of what waits for one member’s vote',
    description: `The newest ${MAX_FEED}, the newest first.`,
    query: feedQuery,
    answers: {
      200: { description: 'RFC 4287.', content: { 'application/atom+xml': { text: 'The feed.' } } },
    },
    problems: [described(problems.malformed()), away],
  },
  'GET /v1/rights/history': {
    id: 'readHistory',
    summary: 'What each entry of the log of rights did, or why it was refused',
    description: `At most ${MAX_HISTORY} entries at once.`,
    query: historyQuery,
    answers: {
      200: { description: 'In the order of the ledger.', content: { 'application/json': historySchema } },
    },
    problems: [described(problems.malformed()), away],
  },
  'POST /v1/rights/notes': {
    id: 'carryNote',
    summary: 'Hand in a signed note for the ledger',
    description:
      'It is tried on the present state first. What counts is the state when a block holds it. The same note once more changes nothing. A vote with the number of another one of its member that waits for its block, or a lower one, is refused (`rights-number`).',
    body: { description: 'The note.', content: { 'application/json': noteBody } },
    answers: {
      202: {
        description: 'It is kept, and published until a final block holds it.',
        content: { 'application/json': z.object({ id: z.string() }) },
      },
    },
    problems: [
      described(problems.invalid()),
      ...NOTE_REFUSALS.map((code) => described(refused(code))),
      described(tooMuch()),
      described(ledgerAway()),
    ],
  },
  'POST /v1/rights/preview': {
    id: 'previewChange',
    summary: 'What exactly a change would change',
    description: 'Members of the charter before and after, if it were accepted in the next block.',
    body: { description: 'The change.', content: { 'application/json': changeSchema } },
    answers: {
      200: {
        description: 'What differs.',
        content: {
          'application/json': z.object({
            changes: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
          }),
        },
      },
    },
    problems: [described(problems.invalid()), described(refused('change')), away],
  },
};
