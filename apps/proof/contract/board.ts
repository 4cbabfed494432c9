import { readFileSync } from 'node:fs';
import { applyChange, type Change, type Charter, type Proposal, parseCharter } from '@besure/governance';
import type { BoardView } from '../src/key-standing.js';

const vector = JSON.parse(
  readFileSync(new URL('../../../vectors/charter/valid/one-hub.json', import.meta.url), 'utf8'),
) as { readonly text: string };

/** A board that decides at once: what a follower would show of it. */
export class Board implements BoardView {
  charter: Charter = parseCharter(vector.text);
  openProposals: readonly Proposal[] = [];
  #height: number;

  /** @param height at which the first decision is made */
  constructor(height = 100) {
    this.#height = height;
  }

  /** Decides, in a block further up each time; answers the height from which on that counts. */
  decides(change: Change): number {
    this.charter = applyChange(this.charter, change, { height: this.#height, time: 1_795_000_000 });
    this.openProposals = [];
    this.#height += 100;
    return this.#height - 99;
  }

  /** Has that before it from now on. */
  hasBeforeIt(change: Change): void {
    this.openProposals = [{ note: { change } } as Proposal];
  }
}
