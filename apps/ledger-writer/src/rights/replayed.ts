import { replay, type RightsState, storeState } from '@besure/governance';
import type { Tx } from '@besure/event-store';
import type { Db } from '@besure/log-store';
import type { Primitives } from '@besure/protocol';
import { readRightsState, writeRightsState } from './rows.js';

/**
 * What the log of rights has come to, in the database and, for the size that it had there, in memory: a state with its history is long, and
 * most blocks add nothing to it.
 */
export class ReplayedRights {
  readonly #primitives: Primitives;
  readonly #network: string;
  #known: { readonly size: number; readonly state: RightsState | null } | null = null;

  /** `network` is the name of the network whose rights count: whoever writes another charter into the stream founds nothing. */
  constructor(primitives: Primitives, network: string) {
    this.#primitives = primitives;
    this.#network = network;
  }

  /** What the first `size` entries of the log have come to. */
  async read(db: Db, size: number): Promise<RightsState | null> {
    // A transaction that was rolled back left a size that the log does not have.
    if (this.#known?.size !== size) this.#known = { size, state: await readRightsState(db) };
    return this.#known.state;
  }

  /** What comes of a state with the entries that follow. */
  extend(before: RightsState | null, entries: readonly Uint8Array[]): RightsState | null {
    return entries.length === 0 ? before : replay(before, entries, this.#primitives, this.#network).state;
  }

  /** Keeps what the first `size` entries have come to since it was read, within the transaction that appends them. */
  async keep(tx: Tx, size: number, state: RightsState | null): Promise<void> {
    if (state !== null && this.#known?.state !== state) await writeRightsState(tx, storeState(state));
    this.#known = { size, state };
  }
}
