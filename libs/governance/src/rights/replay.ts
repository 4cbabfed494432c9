import {
  parseRightsEntry,
  type Primitives,
  ProtocolError,
  readRightsItem,
  type RightsEntry,
  type Sha256,
  utf8Decode,
} from '@besure/protocol';
import { type Charter, parseCharter } from '../charter.js';
import { CharterError } from '../error.js';
import { isMemberAt, organisation } from '../membership.js';
import { isWithin } from '../period.js';
import { advanced } from './advance.js';
import type { Moment } from './apply-change.js';
import { assertFirstCharter } from './first-charter.js';
import { isSignedByItsKey, type Note, parseNote } from './note.js';
import { propose } from './propose.js';
import { type RightsRefusal, RightsRefused } from './refusal.js';
import { firstState, type RightsState } from './state.js';
import { vote, withdraw } from './vote.js';

/** What an entry of the log did. */
export type EntryOutcome =
  | { readonly did: 'founded' | 'proposed' | 'voted' | 'withdrew'; readonly id: string }
  | { readonly refused: RightsRefusal; readonly rule: string; readonly field: string | null };

/** What a run of entries came to. */
export interface Replay {
  /** `null` before the first charter. */
  readonly state: RightsState | null;
  /** One for each entry. */
  readonly outcomes: readonly EntryOutcome[];
}

/**
 * Takes entries of the log of rights in, in their order. Nothing is fatal: what breaks a rule is listed as refused, and
 * changes nothing, the same for everyone who replays. Who has only part of the log goes on from the state that came of it.
 *
 * With the name of the network, a charter of another one is refused: whoever may write could otherwise found in the place of the
 * founders. Without it the first charter counts.
 *
 * Throws ProtocolError `rights-entry` for bytes that are no entry, and for one that stands below the one before it: a log of
 * such is none.
 */
export function replay(
  before: RightsState | null,
  entries: readonly Uint8Array[],
  primitives: Primitives,
  network?: string,
): Replay {
  let state = before;
  const outcomes = entries.map((bytes): EntryOutcome => {
    const entry = parseRightsEntry(bytes);
    if (state !== null) state = above(state, entry);
    try {
      const done = take(state, entry, primitives, network);
      ({ state } = done);
      return done.outcome;
    } catch (error) {
      if (!(error instanceof RightsRefused)) throw error;
      return { refused: error.code, rule: error.message, field: error.field ?? null };
    }
  });
  return { state, outcomes };
}

/** The state at a height above its last entry's: proposals expire there. */
export function stateAt(state: RightsState, height: number): RightsState {
  return advanced(state, { height, time: state.time });
}

/** Blocks follow each other: what was settled at a height is not asked again below it. */
function above(state: RightsState, entry: RightsEntry): RightsState {
  if (entry.height < state.height)
    throw new ProtocolError('rights-entry', 'an entry is below the one before it', { field: 'height' });
  return advanced(state, entry);
}

interface Taken {
  readonly state: RightsState;
  readonly outcome: EntryOutcome;
}

function take(
  state: RightsState | null,
  entry: RightsEntry,
  primitives: Primitives,
  network: string | undefined,
): Taken {
  const { kind, content } = readRightsItem(entry.item);
  if (kind === 'charter') {
    if (state !== null) throw new RightsRefused('founded', 'the network has its first charter already');
    const first = firstState(readFirstCharter(content, entry), entry, primitives.sha256);
    if (network !== undefined && first.network !== network)
      throw new RightsRefused('network', 'it is the charter of another network');
    return { state: first, outcome: { did: 'founded', id: first.network } };
  }
  if (state === null) throw new RightsRefused('not-founded', 'there is no charter yet');
  const note = readNote(content, primitives.sha256);
  assertSpeaksFor(state, note, entry.height, primitives);
  return takeNote(state, note, entry.height);
}

function takeNote(state: RightsState, { id, content }: Note, height: number): Taken {
  switch (content.kind) {
    case 'proposal':
      return { state: propose(state, id, content, height), outcome: { did: 'proposed', id } };
    case 'vote':
      return { state: vote(state, content, height), outcome: { did: 'voted', id: content.proposal } };
    case 'withdrawal':
      return { state: withdraw(state, content, height), outcome: { did: 'withdrew', id: content.proposal } };
  }
}

function readFirstCharter(content: Uint8Array, at: Moment): Charter {
  try {
    const charter = parseCharter(utf8Decode(content));
    assertFirstCharter(charter, at);
    return charter;
  } catch (error) {
    if (!(error instanceof CharterError || error instanceof ProtocolError)) throw error;
    throw new RightsRefused('charter', error.message, error.field);
  }
}

function readNote(content: Uint8Array, sha256: Sha256): Note {
  try {
    return parseNote(utf8Decode(content), sha256);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new RightsRefused('malformed', error.message, error.field);
  }
}

/** That a note is of this network and signed with a seat of a member, both in force in that very block. */
function assertSpeaksFor(state: RightsState, note: Note, height: number, primitives: Primitives): void {
  const { network, member: id } = note.content;
  if (network !== state.network) throw new RightsRefused('network', 'it is of another network', 'network');
  const member = organisation(state.charter, id);
  if (member === undefined || !isMemberAt(member, height))
    throw new RightsRefused('member', `${id} is no member, or not at this height`, 'member');
  const seat = member.seats.find(({ key }) => key === note.key);
  if (seat === undefined || !isWithin(seat, height))
    throw new RightsRefused('seat', `the key is no seat of ${id}, or not at this height`, 'kid');
  if (!isSignedByItsKey(note, primitives))
    throw new RightsRefused('signature', 'the signature does not verify');
}
