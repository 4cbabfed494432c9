import { type Charter, decidedAt, type RightsState } from '@besure/governance';
import type { Db } from '@besure/log-store';
import { readRightsState } from './rows.js';

/** The charter as the final blocks that this hub has taken in have made it: it is in force in the next one. */
export class CharterNow {
  readonly #first: Charter;
  #state: RightsState | null = null;

  /** `first` is in force until the log of rights has one. */
  constructor(first: Charter) {
    this.#first = first;
  }

  get charter(): Charter {
    return this.#state?.charter ?? this.#first;
  }

  /** How many decisions have made it; `null` where the log of rights has no charter yet. */
  get version(): number | null {
    return this.#state?.version ?? null;
  }

  /** The height of the newest decision: what hubs enact begins there, alike for all. 0 where there is none. */
  get decidedAt(): number {
    return this.#state === null ? 0 : decidedAt(this.#state);
  }

  /** Takes what a run of blocks came to. */
  take(state: RightsState | null): void {
    this.#state = state;
  }

  /** Takes what is kept: at the start, and where another instance has taken blocks in. */
  async read(db: Db): Promise<void> {
    this.#state = await readRightsState(db);
  }
}
