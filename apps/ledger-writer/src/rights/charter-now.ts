import { type Charter, decidedAt, type RightsState } from '@besure/governance';
import type { Rooms } from '@besure/ledger-log';
import type { Db } from '@besure/log-store';
import { readChainState } from '../chain-rows.js';
import { awaitedNodes } from './awaited-nodes.js';
import { readRightsState } from './rows.js';

/** The charter as the final blocks that this hub has taken in have made it: it is in force in the next one. */
export class CharterNow {
  readonly #first: Charter;
  #state: RightsState | null = null;
  #rooms: Rooms = new Map();
  #awaited: readonly string[] = [];

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

  /** Addresses of hubs' nodes of which nothing was seen on the ledger since the board admitted them. */
  get awaited(): readonly string[] {
    return this.#awaited;
  }

  /** What publishers have used of their room in the log of rights. */
  get rooms(): Rooms {
    return this.#rooms;
  }

  /** Takes what a run of blocks came to. */
  take(state: RightsState | null, rooms: Rooms): void {
    this.#state = state;
    this.#rooms = rooms;
    this.#awaited = awaitedNodes(state, rooms);
  }

  /** Takes what is kept: at the start, and where another instance has taken blocks in. */
  async read(db: Db): Promise<void> {
    this.take(await readRightsState(db), (await readChainState(db)).rightsRooms);
  }
}
