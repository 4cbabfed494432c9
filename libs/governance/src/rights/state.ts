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
  /** Why it lapsed, or of what its acceptance warns; nothing otherwise. */
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

/** The state of a network whose first charter stands in a block of that height. Throws CharterError. */
export function firstState(charter: Charter, { height, time }: Moment, sha256: Sha256): RightsState {
  const network = encodeHex(trustFingerprint(trustOf(charter), sha256));
  return { network, charter: readCharter(charter), version: 0, height, time, proposals: [] };
}

/** The one text of a state; two who have the same log have the same text. */
export function formatState(state: RightsState): string {
  const charter: unknown = JSON.parse(formatCharter(state.charter));
  return formatJson({ ...state, charter });
}

/** SHA-256 over the text of a state, hexadecimal: what two hubs compare. */
export function stateDigest(state: RightsState, sha256: Sha256): string {
  return encodeHex(sha256(utf8Encode(formatState(state))));
}
