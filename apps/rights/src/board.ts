import {
  type Charter,
  charterSchema,
  hostedBy,
  hostingShares,
  isStanding,
  noteSchema,
  type Proposal,
  standingHubs,
  tallyOf,
} from '@besure/governance';
import { parseRightsEntry, readRightsItem, utf8Decode } from '@besure/protocol';
import { z } from 'zod';
import { pendingSchema, type PendingVote } from './pending-votes.js';
import type { BoardView } from './rights-view.js';
import { type NoteOfVote, notesOfVotes } from './said-notes.js';

const names = z.array(z.string());
const share = z.object({ there: z.int(), limit: z.int() });

export const rightsSchema = z.object({
  network: z.string().describe('Fingerprint of the first charter, hexadecimal.'),
  version: z.int().describe('How many proposals were accepted.'),
  height: z.int().describe('Of the last entry of the log.'),
  size: z.int().describe('How many entries the log has.'),
  digest: z.string().describe('SHA-256 of the state at the last entry: equal at all who have the same log.'),
  ledger: z.object({ height: z.int().describe('Of the newest final block.'), tip: z.int() }),
  members: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      role: z.enum(['organisation', 'exchange']),
      status: z.enum(['member', 'suspended', 'removed']),
      seats: z.int().describe('How many may vote for it.'),
    }),
  ),
  hubs: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      operator: z.string(),
      provider: z.string(),
      standing: z.boolean().describe('Whether its keys count from now on.'),
    }),
  ),
  hosting: z.object({
    capPercent: z.int(),
    providers: z
      .array(z.object({ provider: z.string(), hubs: share, operators: share }))
      .describe(
        'Of standing hubs and of those who run them. Names that count as one are one, with a second spelling beside the first.',
      ),
  }),
  board: charterSchema.shape.board,
  terms: z.object({
    limits: charterSchema.shape.limits,
    quorum: charterSchema.shape.quorum,
    leastAssurance: charterSchema.shape.leastAssurance,
    algorithms: charterSchema.shape.algorithms,
  }),
});

/** Members, hubs and terms as the decisions have made them. */
export function rightsAnswer({ followed, digest, ledger }: BoardView): z.infer<typeof rightsSchema> {
  const { state, size } = followed;
  const { network, version, height, charter } = state;
  const { board, limits, quorum, leastAssurance, algorithms } = charter;
  const standing = new Set(standingHubs(charter).map(({ id }) => id));
  return {
    network,
    version,
    height,
    size,
    digest,
    ledger,
    members: charter.organisations.map((member) => ({
      id: member.id,
      name: member.name,
      role: member.role,
      status: member.until !== null ? 'removed' : isStanding(member) ? 'member' : 'suspended',
      seats: member.seats.filter(({ until }) => until === null).length,
    })),
    hubs: charter.hubs.map(({ id, name, operator, provider }) => ({
      id,
      name,
      operator,
      provider,
      standing: standing.has(id),
    })),
    hosting: { capPercent: board.hostingCapPercent, providers: sharesOf(charter) },
    // The charter is deeply read-only, what is answered is a copy.
    ...structuredClone({ board, terms: { limits, quorum, leastAssurance, algorithms } } as unknown as Pick<
      z.infer<typeof rightsSchema>,
      'board' | 'terms'
    >),
  };
}

function sharesOf(charter: Charter): z.infer<typeof rightsSchema>['hosting']['providers'] {
  const counted = ({ there, limit }: z.infer<typeof share>) => ({ there, limit });
  return hostingShares(charter).map(({ spellings, hubs, operators }) => ({
    provider: hostedBy(spellings),
    hubs: counted(hubs),
    operators: counted(operators),
  }));
}

export const proposalSchema = z.object({
  id: z.string(),
  note: noteSchema.options[0],
  height: z.int().describe('Of the block with it.'),
  status: z.enum(['open', 'accepted', 'rejected', 'expired', 'withdrawn', 'lapsed']),
  closed: z.int().nullable().describe('The height at which it was closed.'),
  tally: z.object({
    for: names,
    against: names,
    outstanding: names,
    needed: z.int().describe('How many votes for it accept.'),
    including: names.describe('Without whose votes nothing is accepted.'),
  }),
  votes: z.array(
    z.object({
      member: z.string(),
      choice: z.enum(['for', 'against']),
      number: z.int(),
      height: z.int(),
      note: z.string().describe('The id of the note that cast it.'),
    }),
  ),
  remarks: names.describe('Why it lapsed, or of what its acceptance warns.'),
});

export const signedProposalSchema = proposalSchema.extend({
  signed: z
    .string()
    .describe(
      'The note that made it: `id` is a hash of it, so that who votes sees that it asks for just this.',
    ),
  pending: pendingSchema
    .nullable()
    .describe(
      'Votes that this hub has taken, or sees in final blocks, and that no quorum confirms yet: the next vote of a member has a number above them. Null while the ledger-writer does not say.',
    ),
});

/** A proposal and how the vote on it stands. */
export function proposalAnswer(proposal: Proposal, noteOf: NoteOfVote): object {
  const { id, note, height, status, closed, votes, remarks, electorate } = proposal;
  const { for: inFavour, against, outstanding, needed } = tallyOf(proposal);
  const { including } = electorate;
  return {
    id,
    note,
    height,
    status,
    closed,
    tally: { for: inFavour, against, outstanding, needed, including },
    votes: votes.map((vote) => ({ ...vote, note: noteOf(id, vote) })),
    remarks,
  };
}

/** The index of the entry that made a proposal. */
export function placeOf({ followed }: BoardView, { id }: Proposal): number {
  return followed.outcomes.findIndex(
    (outcome) => 'did' in outcome && outcome.did === 'proposed' && outcome.id === id,
  );
}

/** The same with the signed note, and votes that do not count yet. */
export function signedProposalAnswer(
  view: BoardView,
  proposal: Proposal,
  pending: readonly PendingVote[] | null,
): object {
  const entry = view.followed.entries[placeOf(view, proposal)]!;
  const { content } = readRightsItem(parseRightsEntry(entry).item);
  return { ...proposalAnswer(proposal, notesOfVotes(view)), signed: utf8Decode(content), pending };
}
