import type { Tx } from '@besure/event-store';
import { replay, type RightsState, storeState } from '@besure/governance';
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

  /** Replays `entries`, which follow the first `size` of the log, within the transaction that appends them. */
  async extend(tx: Tx, size: number, entries: readonly Uint8Array[]): Promise<RightsState | null> {
    // A transaction that was rolled back left a size that the log does not have.
    const before = this.#known?.size === size ? this.#known.state : await readRightsState(tx);
    const { state } =
      entries.length === 0 ? { state: before } : replay(before, entries, this.#primitives, this.#network);
    if (state !== null && state !== before) await writeRightsState(tx, storeState(state));
    this.#known = { size: size + entries.length, state };
    return state;
  }

  /** The height of the block whose entry begins the log, among entries of which one does. */
  beginningIn(entries: readonly Uint8Array[]): number | null {
    for (let count = 1; count <= entries.length; count += 1) {
      const { state } = replay(null, entries.slice(0, count), this.#primitives, this.#network);
      if (state !== null) return state.height;
    }
    return null;
  }
}
