import { parseNote } from '@besure/governance';
import { parseRightsEntry, ProtocolError, readRightsItem, type Sha256, utf8Decode } from '@besure/protocol';
import type { BoardView } from './rights-view.js';

/** The note in an entry of the log, so far as others name it: by its id, and a vote by who cast it and its number. */
export interface SaidNote {
  readonly id: string;
  readonly member: string;
  readonly number: number | null;
}

/** The note in an entry; `null` where there is none: anyone may write anything. */
export function noteIn(entry: Uint8Array, sha256: Sha256): SaidNote | null {
  const { kind, content: bytes } = readRightsItem(parseRightsEntry(entry).item);
  if (kind !== 'note') return null;
  try {
    const { id, content } = parseNote(utf8Decode(bytes), sha256);
    return { id, member: content.member, number: content.kind === 'vote' ? content.number : null };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return null;
  }
}

/** Which note cast a vote that counts. */
export type NoteOfVote = (
  proposal: string,
  vote: { readonly member: string; readonly number: number },
) => string;

/** The ids of the notes that cast the votes: of one member's votes on a proposal no two that counted have the same number. */
export function notesOfVotes({ followed, notes }: BoardView): NoteOfVote {
  const nameOf = (proposal: string, member: string, number: number | null): string =>
    `${proposal} ${member} ${number}`;
  const ids = new Map<string, string>();
  followed.outcomes.forEach((outcome, i) => {
    const note = notes[i];
    if ('did' in outcome && outcome.did === 'voted' && note)
      ids.set(nameOf(outcome.id, note.member, note.number), note.id);
  });
  return (proposal, { member, number }) => ids.get(nameOf(proposal, member, number))!;
}
