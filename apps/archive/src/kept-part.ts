import type { KeptOpenings } from './openings.js';

/** One statement with one recording of it, checked and ready to be kept. */
export interface KeptRecording {
  readonly statement: string;
  readonly issuer: string;
  readonly jws: string;
  readonly countersignature: string | null;
  /** Whether both stand here already, the very same. */
  readonly isKnown: boolean;
  readonly openings: KeptOpenings | null;
  /** Where the leaf stands in the member's tree of the slot, and the way up. */
  readonly index: number;
  readonly path: readonly Uint8Array[];
  /** Only at the exchange: the other organisation of the document. */
  readonly counterpart: string | null;
}

/** What one message says a member recorded in one slot. All paths lead to `root`. */
export interface KeptPart {
  readonly member: string;
  readonly slot: number;
  readonly root: Uint8Array;
  readonly recordings: readonly KeptRecording[];
}
