import type { Proposal } from '@besure/governance';
import { z } from 'zod';
import { askLedgerWriter } from './ask-ledger-writer.js';

const vote = z.object({ member: z.string(), choice: z.enum(['for', 'against']), number: z.int() });

/** Votes that do not count here yet. */
export const pendingSchema = z.array(vote);

/** A vote that the hub has taken, or sees in a final block, and that no quorum confirms yet. */
export type PendingVote = Readonly<z.infer<typeof vote>>;

/**
 * Asks a ledger-writer for the votes on a proposal that it knows of. It is asked each time: it keeps them over restarts and for all
 * instances of this service. Rejects where it does not answer.
 */
export async function readKnownVotes(url: string, proposal: string): Promise<PendingVote[]> {
  const path = `/v1/votes/${encodeURIComponent(proposal)}`;
  return (await askLedgerWriter(url, path, z.object({ votes: pendingSchema }), 'which votes it knows of'))
    .votes;
}

/** Those of them that do not count here yet and can still do so, by member and number. */
export function pendingAmong(known: readonly PendingVote[], { status, votes }: Proposal): PendingVote[] {
  if (status !== 'open') return [];
  const last = new Map(votes.map(({ member, number }) => [member, number]));
  const pending = known.filter(({ member, number }) => number > (last.get(member) ?? 0));
  // What became final while it was asked for is there twice.
  return [...new Map(pending.map((one) => [`${one.member} ${one.number}`, one])).values()].sort(
    (one, other) =>
      one.member < other.member ? -1 : one.member > other.member ? 1 : one.number - other.number,
  );
}

/** The least number that the next vote of a member may have. */
export function nextNumber(known: readonly PendingVote[], member: string): number {
  return 1 + Math.max(0, ...known.filter((one) => one.member === member).map(({ number }) => number));
}
