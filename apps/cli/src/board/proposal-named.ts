import { parseNote, type ProposalNote } from '@besure/governance';
import { nodePrimitives } from '@besure/keys';
import { ProtocolError } from '@besure/protocol';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';
import type { Hub } from './hub.js';
import type { SignedProposal } from './hub-answers.js';
import { unmarked } from './verb.js';

/** A proposal whose note is the one that its id is the hash of. */
export type KnownProposal = Omit<SignedProposal, 'note'> & { readonly note: ProposalNote };

const ID_LENGTH = 43;

/**
 * The proposal with that id, or the only one whose id begins like that. Throws a CliError where there is none, or more, or where the hub shows
 * another note under that id: who votes on it is to see what it asks for.
 */
export async function proposalNamed(hub: Hub, name: string): Promise<KnownProposal> {
  const id = await idNamed(hub, unmarked(name));
  const proposal = await hub.proposal(id);
  return { ...proposal, id, note: signedNote(id, proposal.signed, hub) };
}

/** The id itself, or the only one that begins like that. Throws a CliError where there is none, or more. */
export async function idNamed(hub: Hub, beginning: string): Promise<string> {
  if (beginning.length === ID_LENGTH) return beginning;
  const ids = (await hub.proposals()).map(({ id }) => id).filter((id) => id.startsWith(beginning));
  const [id, other] = ids;
  if (id === undefined) throw new CliError(EXIT.failed, `there is no proposal ${beginning}`);
  if (other !== undefined) throw new CliError(EXIT.failed, `${ids.length} proposals begin with ${beginning}`);
  return id;
}

function signedNote(id: string, signed: string, { url }: Hub): ProposalNote {
  try {
    const note = parseNote(signed, nodePrimitives.sha256);
    if (note.id === id && note.content.kind === 'proposal') return note.content;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
  throw new CliError(EXIT.failed, `${url} shows another note than that of ${id}: do not believe it`);
}
