import { readCount, readList, readMembers, readText } from './shape.js';

// The list of time-stamp tokens that a hub serves: specs/time-stamp.md. Nothing here is believed: tokens are verified.

/** Most entries in one list. */
export const MAX_TIME_STAMPS = 100;

/** That a checkpoint has a token. */
export interface PublishedTimeStamp {
  /** The size of the log in it. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly time: number;
  /** The text of the checkpoint, which the token is over. */
  readonly checkpoint: string;
}

/** What a hub serves as list, the smallest size first. */
export interface PublishedTimeStamps {
  readonly timeStamps: readonly PublishedTimeStamp[];
}

const MOST_TEXT = 1024;

/** Reads such a list. */
export function parsePublishedTimeStamps(value: unknown): PublishedTimeStamps {
  const { timeStamps } = readMembers(value, 'list', ['timeStamps']);
  return {
    timeStamps: readList(timeStamps, 'timeStamps', MAX_TIME_STAMPS, (entry, field) => {
      const { size, time, checkpoint } = readMembers(entry, field, ['size', 'time', 'checkpoint']);
      return {
        size: readCount(size, `${field}.size`),
        time: readCount(time, `${field}.time`),
        checkpoint: readText(checkpoint, `${field}.checkpoint`, MOST_TEXT),
      };
    }),
  };
}
