import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Why nothing is taken at the moment. */
export type Refusal = 'backlog-full' | 'storage-low';

/** What the gate looks at, and the limits. */
export interface GateOptions {
  /** Counts accepted events that proof has not taken up yet, up to a limit. */
  readonly countWaiting: (limit: number) => Promise<number>;
  readonly maxBacklog: number;
  /** Free bytes where the database lies, null where that cannot be seen from here. */
  readonly freeBytes: () => Promise<number | null>;
  readonly minFreeBytes: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
}

/** So much longer than a count takes it is not done again: to count a million takes a tenth of a second, and is no work to do all the time. */
const REST_PER_COUNT = 20;
const MOST_REST_MILLIS = 10_000;

/**
 * Decides whether there is room for more: a promise of a proof that has to wait behind too many others, or that the disk cannot hold, is
 * better not given. Works on the last look, so a request costs no query; what this process accepts since is added.
 */
export class Gate {
  readonly #options: GateOptions;
  #backlog = 0;
  #accepted = 0;
  #countDue = 0;
  #free: number | null = null;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** The backlog as of the last look, with what was accepted here since. */
  get backlog(): number {
    return this.#backlog;
  }

  /** Why nothing is taken now, null where there is room. */
  refusal(): Refusal | null {
    if (this.#free !== null && this.#free < this.#options.minFreeBytes) return 'storage-low';
    return this.#backlog >= this.#options.maxBacklog ? 'backlog-full' : null;
  }

  /** So many were accepted here. */
  add(count: number): void {
    this.#accepted += count;
    this.#backlog += count;
  }

  /** Looks at the disk, and counts what waits where that is not due later only. */
  async look(): Promise<void> {
    const { countWaiting, maxBacklog, freeBytes, now } = this.#options;
    this.#free = await freeBytes();
    const started = now();
    if (started < this.#countDue) return;
    const acceptedBefore = this.#accepted;
    const backlog = await countWaiting(maxBacklog);
    // What was accepted while it counted may be in the count or not: rather twice than not at all.
    this.#backlog = backlog + this.#accepted - acceptedBefore;
    this.#countDue = now() + Math.min(REST_PER_COUNT * (now() - started), MOST_REST_MILLIS);
  }
}

/**
 * The bytes that an ordinary user may still write where a folder lies; null where there is no such folder here. A folder that is closed to
 * us (a database's usually is) is judged by the nearest one above it that is not.
 */
export async function freeBytesAt(folder: string | null): Promise<number | null> {
  if (folder === null) return null;
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const closed = error instanceof Error && 'code' in error && error.code === 'EACCES';
    return closed && dirname(folder) !== folder ? freeBytesAt(dirname(folder)) : null;
  }
}
