import type { Sha256 } from '@besure/protocol';
import { encodeHex, utf8Encode } from '@besure/protocol';
import { type Charter, formatCharter, readCharter } from '../charter.js';
import { formatJson } from '../json.js';
import { trustFingerprint, trustOf } from '../trust.js';
import type { Moment } from './apply-change.js';
import type { ProposalNote } from './note.js';
import type { Electorate } from './tally.js';

/** What the log of rights says up to a height. */
export interface RightsState {
  /** Fingerprint of the first charter, hexadecimal: the name of the network that notes bear. */
  readonly network: string;
  /** The charter as the decisions have made it. */
  readonly charter: Charter;
  /** How many proposals were accepted: what a proposal or vote is made for. */
  readonly version: number;
  /** Of the newest block that was taken in, and its time (seconds since 1970; never less than that of a block below). */
  readonly height: number;
  readonly time: number;
  /** In the order in which they were made. */
  readonly proposals: readonly Proposal[];
}

/** A proposal and what became of it. */
export interface Proposal {
  readonly id: string;
  readonly note: ProposalNote;
  /** The height of its block. */
  readonly height: number;
  readonly electorate: Electorate;
  /** Each member's last vote, sorted by member. */
  readonly votes: readonly Vote[];
  readonly status: ProposalStatus;
  /** Where it stopped being open. */
  readonly closed: number | null;
  /** For people: why it lapsed, or of what its acceptance warns; nothing otherwise. No part of the state's text. */
  readonly remarks: readonly string[];
}

/** A member's last vote on a proposal. */
export interface Vote {
  readonly member: string;
  readonly choice: 'for' | 'against';
  readonly number: number;
  readonly height: number;
}

/**
 * `lapsed`: another one changed the same, or what it asks for is not possible any more. The others are what they are called; all
 * but `open` are final.
 */
export type ProposalStatus = 'open' | 'accepted' | 'rejected' | 'expired' | 'withdrawn' | 'lapsed';

/** The height of the newest decision that made the charter what it is; 0 where it is the first one. */
export function decidedAt({ proposals }: RightsState): number {
  return proposals.reduce(
    (newest, { status, closed }) => (status === 'accepted' ? Math.max(newest, closed ?? 0) : newest),
    0,
  );
}

/** The height of the decision that admitted a hub; `null` where the first charter has it. */
export function hubAdmittedAt({ proposals }: RightsState, hub: string): number | null {
  const admission = proposals.findLast(
    ({ status, note: { change } }) =>
      status === 'accepted' && change.kind === 'admit-hub' && change.hub === hub,
  );
  return admission?.closed ?? null;
}

/** The name of a network that begins with a charter: its fingerprint, hexadecimal. */
export function networkOf(charter: Charter, sha256: Sha256): string {
  return encodeHex(trustFingerprint(trustOf(charter), sha256));
}

/** The state of a network whose first charter stands in a block of that height. Throws CharterError. */
export function firstState(charter: Charter, { height, time }: Moment, sha256: Sha256): RightsState {
  return {
    network: networkOf(charter, sha256),
    charter: readCharter(charter),
    version: 0,
    height,
    time,
    proposals: [],
  };
}

/** The one text of a state; two who have the same log have the same text. `rights.md` says what it is. */
export function formatState(state: RightsState): string {
  const { network, version, height, time } = state;
  const charter: unknown = JSON.parse(formatCharter(state.charter));
  return formatJson({
    network,
    charter,
    version,
    height,
    time,
    proposals: state.proposals.map(withoutRemarks),
  });
}

/** Remarks are in this library's own words: another one could not have the same. */
function withoutRemarks({ id, note, height, electorate, votes, status, closed }: Proposal): object {
  return { id, note, height, electorate, votes, status, closed };
}

/** A state as `parseState` reads it back: with all that is in it. */
export function storeState(state: RightsState): string {
  return JSON.stringify(state);
}

/** Reads back what `storeState` wrote, from where nobody else writes: only the charter is checked. */
export function parseState(text: string): RightsState {
  const state = JSON.parse(text) as RightsState;
  return { ...state, charter: readCharter(state.charter) };
}

/** SHA-256 over the text of a state, hexadecimal: what two hubs compare. */
export function stateDigest(state: RightsState, sha256: Sha256): string {
  return encodeHex(sha256(utf8Encode(formatState(state))));
}
