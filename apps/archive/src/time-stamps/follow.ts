import type { EventStore } from '@besure/event-store';
import { type Charter, timeStampAnchorsOf } from '@besure/governance';
import type { LogStore } from '@besure/log-store';
import { formatCheckpointText, utf8Encode } from '@besure/protocol';
import { TimeStampError, verifyTimeStamp } from '@besure/time-stamp';
import { keepTimeStamp } from './rows.js';
import type { TimeStampSource } from './source.js';

/** What following tokens needs. */
export interface TimeStampFollowerOptions {
  readonly charter: Charter;
  readonly store: EventStore;
  /** The log as this archive followed it: only its own roots are believed. */
  readonly log: LogStore;
  readonly sources: readonly TimeStampSource[];
  /** For a token that is not over this archive's log, or not of an authority of the charter. */
  readonly onRefused: (source: string, size: number, error: TimeStampError) => void;
}

/**
 * Takes over the tokens that hubs had made. Each is verified over the checkpoint that this archive makes itself of its own log, so a hub can
 * keep tokens back and nothing else. Where it stood is forgotten at a restart: looking again costs little, and finds what a newer charter
 * lets count.
 */
export class TimeStampFollower {
  readonly #options: TimeStampFollowerOptions;
  readonly #seen = new Map<string, number>();

  constructor(options: TimeStampFollowerOptions) {
    this.#options = options;
  }

  /** One look at each hub; answers whether there may be more at once. Throws after all of them where one failed. */
  async round(): Promise<boolean> {
    let more = false;
    const failures: unknown[] = [];
    for (const source of this.#options.sources) {
      try {
        more = (await this.#follow(source)) || more;
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return more;
  }

  async #follow(source: TimeStampSource): Promise<boolean> {
    const { store, log } = this.#options;
    const after = this.#seen.get(source.name) ?? 0;
    let taken = 0;
    for (const { size } of await source.list(after)) {
      // Smallest first and above what was asked for, or it is no list to go on with.
      if (size <= (this.#seen.get(source.name) ?? 0))
        throw new Error('the list of time stamps is not ascending');
      const own = await store.transaction(async (tx) =>
        size <= (await log.head(tx)).size ? log.root(tx, size) : null,
      );
      if (own === null) return false; // this archive is behind: the next look sees it again
      await this.#take(source, size, formatCheckpointText({ origin: log.origin, size, root: own }));
      this.#seen.set(source.name, size);
      taken += 1;
    }
    return taken > 0;
  }

  async #take(source: TimeStampSource, size: number, checkpoint: string): Promise<void> {
    const { charter, store, onRefused } = this.#options;
    const token = await source.token(size);
    try {
      const { time } = verifyTimeStamp(token, utf8Encode(checkpoint), timeStampAnchorsOf(charter));
      await store.transaction((tx) => keepTimeStamp(tx, { size, checkpoint, token, time }));
    } catch (error) {
      if (!(error instanceof TimeStampError)) throw error;
      onRefused(source.name, size, error);
    }
  }
}
