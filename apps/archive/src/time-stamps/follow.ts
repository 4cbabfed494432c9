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
  /** For tokens that are not over this archive's log, or not of an authority of the charter: once for a hub and round. */
  readonly onRefused: (source: string, refused: readonly Refused[]) => void;
}

/** A token that does not count. */
export interface Refused {
  readonly size: number;
  readonly error: TimeStampError;
}

/** Tokens of one hub in one round: an honest one has one a day or so, after a restart some more. */
const MOST_TOKENS = 32;
/** Rounds in which a hub is left alone after it failed, or gave nothing but what does not count: twice as many each time, up to these. */
const MOST_SKIPPED = 32;

/** How it stands with one hub. */
interface Standing {
  /** The largest size that was looked at. */
  seen: number;
  /** Bad rounds in a row. */
  bad: number;
  /** Rounds that are left out now. */
  skip: number;
}

/**
 * Takes over the tokens that hubs had made. Each is verified over the checkpoint that this archive makes itself of its own log, so a hub can
 * keep tokens back and nothing else. Each hub is looked at beside the others, for so many tokens a round. Where it stood is forgotten at a restart: looking
 * again costs little, and finds what a newer charter lets count.
 */
export class TimeStampFollower {
  readonly #options: TimeStampFollowerOptions;
  readonly #standings = new Map<string, Standing>();

  constructor(options: TimeStampFollowerOptions) {
    this.#options = options;
  }

  /** One look at each hub; answers whether there may be more at once. Throws after all of them where one failed. */
  async round(): Promise<boolean> {
    const looks = await Promise.allSettled(this.#options.sources.map((source) => this.#look(source)));
    const failed = looks.find((look) => look.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return looks.some((look) => look.status === 'fulfilled' && look.value);
  }

  async #look(source: TimeStampSource): Promise<boolean> {
    const standing = this.#standings.get(source.name) ?? { seen: 0, bad: 0, skip: 0 };
    this.#standings.set(source.name, standing);
    if (standing.skip > 0) {
      standing.skip -= 1;
      return false;
    }
    let isGood = false;
    try {
      const { kept, refused } = await this.#follow(source, standing);
      isGood = kept > 0 || refused === 0;
      return kept > 0;
    } finally {
      standing.bad = isGood ? 0 : standing.bad + 1;
      standing.skip = isGood ? 0 : Math.min(2 ** (standing.bad - 1), MOST_SKIPPED);
    }
  }

  async #follow(source: TimeStampSource, standing: Standing): Promise<{ kept: number; refused: number }> {
    const { store, log, onRefused } = this.#options;
    const refused: Refused[] = [];
    let kept = 0;
    try {
      for (const { size } of (await source.list(standing.seen)).slice(0, MOST_TOKENS)) {
        // Smallest first and above what was asked for, or it is no list to go on with.
        if (size <= standing.seen) throw new Error('the list of time stamps is not ascending');
        const own = await store.transaction(async (tx) =>
          size <= (await log.head(tx)).size ? log.root(tx, size) : null,
        );
        if (own === null) break; // this archive is behind: the next look sees it again
        const error = await this.#take(
          source,
          size,
          formatCheckpointText({ origin: log.origin, size, root: own }),
        );
        if (error === null) kept += 1;
        else refused.push({ size, error });
        standing.seen = size;
      }
    } finally {
      if (refused.length > 0) onRefused(source.name, refused);
    }
    return { kept, refused: refused.length };
  }

  async #take(source: TimeStampSource, size: number, checkpoint: string): Promise<TimeStampError | null> {
    const { charter, store } = this.#options;
    const token = await source.token(size);
    try {
      const { time } = verifyTimeStamp(token, utf8Encode(checkpoint), timeStampAnchorsOf(charter));
      await store.transaction((tx) => keepTimeStamp(tx, { size, checkpoint, token, time }));
      return null;
    } catch (error) {
      if (!(error instanceof TimeStampError)) throw error;
      return error;
    }
  }
}
