import { setTimeout as pause } from 'node:timers/promises';
import { pauseAfter, WakeUp, type Backoff, type EventStore, type Tx } from '@besure/event-store';
import {
  type Checkpoint,
  compactRangeNodeIds,
  entryBundlesOf,
  equalBytes,
  foldCompactRange,
  leafHash,
  parseCheckpoint,
  ProtocolError,
  TILE_WIDTH,
  type TreeHead,
} from '@besure/protocol';
import { LogStoreError } from './error.js';
import type { LogSource } from './log-source.js';
import type { LogStore } from './log-store.js';
import { sha256 } from './sha256.js';
import { nodeFromTile, tileOfNode } from './tile-nodes.js';

/**
 * New entries, checked against a checkpoint that is stored already. `checkpoint` is the first accepted one that covers them; the store holds the
 * entries up to and including these, which may be fewer than the checkpoint covers while the follower catches up.
 */
export interface FollowedEntries {
  /** The index of the first entry. */
  readonly from: number;
  readonly entries: readonly Uint8Array[];
  /** The note as `accept` gave it back. */
  readonly checkpoint: string;
}

/** What a follower needs. Times have defaults that suit production. */
export interface LogFollowerOptions {
  /** For the transactions; the log lives in the same schema. */
  readonly store: EventStore;
  readonly log: LogStore;
  /** Each is asked in every round, so that one that stays silent, lags or shows another history is noticed beside one that does not. */
  readonly sources: readonly LogSource[];
  /**
   * Judges a checkpoint note of this log by its signatures (keys, quorum) and answers the note to keep, for instance without lines that
   * do not count. Throws where the note is not acceptable, or not yet.
   */
  readonly accept: (note: string) => string;
  /** Gives new entries their effects, in the transaction that appends them. It may run again after a failure. */
  readonly handler: (tx: Tx, followed: FollowedEntries) => Promise<void>;
  /** Default 5 s. */
  readonly pollMillis?: number;
  /** Pauses after a round in which no source was of use; default 500 ms to 30 s. */
  readonly backoff?: Backoff;
  /** Called for each failure with a source. A LogStoreError `fork` is the one that a person must see. */
  readonly onFailure?: (error: unknown, source: string) => void;
}

/** How a follower stands. `failures`: rounds in a row in which no source was of use. `forked`: sources that have shown another history. */
export interface LogFollowerStatus {
  readonly size: number;
  readonly failures: number;
  readonly forked: readonly string[];
}

/** Entries per transaction while catching up. */
const CHUNK = 16 * TILE_WIDTH;

/**
 * Copies a published log into a store of its own, entry by entry, believing only signatures and hashes: the entries are appended when the root
 * over all of them is the checkpoint's. From an empty store, after a crash or from a restored backup it is the same code.
 */
export class LogFollower {
  readonly #options: Required<LogFollowerOptions>;
  readonly #wakeUp = new WakeUp();
  readonly #forked = new Set<string>();
  readonly #stopping = new AbortController();
  #size = 0;
  #failures = 0;
  #running: Promise<void> | null = null;

  constructor(options: LogFollowerOptions) {
    this.#options = {
      pollMillis: 5_000,
      backoff: { firstMillis: 500, largestMillis: 30_000 },
      onFailure: () => {},
      ...options,
    };
  }

  /** Starts following in the background. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Looks at once instead of at the next poll: something said that there is more. */
  wake(): void {
    this.#wakeUp.raise();
  }

  /** Stops after the transaction under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wakeUp.raise();
    await this.#running;
  }

  /** How it stands now; no question to anyone. */
  status(): LogFollowerStatus {
    return { size: this.#size, failures: this.#failures, forked: [...this.#forked] };
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      if (await this.#round()) {
        this.#failures = 0;
        await this.#wakeUp.wait(this.#options.pollMillis);
      } else {
        this.#failures += 1;
        const millis = pauseAfter(this.#options.backoff, this.#failures);
        await pause(millis, undefined, { signal: this.#stopping.signal }).catch(() => {});
      }
    }
  }

  /** One look at every source, the furthest first; false when none was of use. */
  async #round(): Promise<boolean> {
    const offers = await Promise.all(this.#options.sources.map((source) => this.#offer(source)));
    const furthestFirst = offers
      .filter((offer) => offer !== null)
      .toSorted((a, b) => b.checkpoint.size - a.checkpoint.size);
    let useful = false;
    for (const offer of furthestFirst) {
      if (this.#stopping.signal.aborted) break;
      try {
        await this.#follow(offer);
        useful = true;
      } catch (error) {
        this.#failed(error, offer.source);
      }
    }
    return useful;
  }

  async #offer(source: LogSource): Promise<Offer | null> {
    try {
      const note = this.#options.accept(await source.checkpoint());
      return { source, note, checkpoint: parseAccepted(note) };
    } catch (error) {
      this.#failed(error, source);
      return null;
    }
  }

  #failed(error: unknown, source: LogSource): void {
    if (error instanceof LogStoreError && error.code === 'fork') this.#forked.add(source.name);
    this.#options.onFailure(error, source.name);
  }

  /** Brings the log up to what the source offers. Throws when the source is of no use. */
  async #follow({ source, note, checkpoint }: Offer): Promise<void> {
    const { store, log } = this.#options;
    await this.#finish(source);
    const head = await store.transaction((tx) => log.head(tx));
    this.#size = head.size;
    // Equal or older: must be a beginning of what is here. An equal one may bring signatures.
    if (checkpoint.size < head.size) await store.transaction((tx) => log.checkRoot(tx, checkpoint));
    else if (checkpoint.size === head.size) await store.transaction((tx) => log.saveCheckpoint(tx, note));
    else await this.#catchUp(source, note, checkpoint);
  }

  /** Where a crash came between the parts of a long catch-up, the checkpoint that those parts were given is finished first. */
  async #finish(source: LogSource): Promise<void> {
    const { store, log } = this.#options;
    const [note, head] = await store.transaction(
      async (tx) => [await log.latestCheckpoint(tx), await log.head(tx)] as const,
    );
    if (note === null) return;
    const checkpoint = parseAccepted(note);
    if (checkpoint.size > head.size) await this.#catchUp(source, note, checkpoint);
  }

  /**
   * First reads all entries that are missing and keeps only the root after each part; when the last root is the checkpoint's, reads them again, part by part,
   * checks each against the root it had, and appends. What fits into one part is read once.
   */
  async #catchUp(source: LogSource, note: string, target: Checkpoint): Promise<void> {
    const { store, log } = this.#options;
    const range = await store.transaction((tx) => log.range(tx));
    const own = { size: range.size, root: range.root() };
    const parts = partsOf(own.size, target.size);
    const roots: Uint8Array[] = [];
    let last: Uint8Array[] = [];
    for (const [from, to] of parts) {
      last = await readEntries(source, from, to);
      for (const entry of last) range.append(leafHash(entry, sha256));
      roots.push(range.root());
    }
    if (!equalBytes(range.root(), target.root)) {
      await assertSameHistory(source, own, target);
      throw new LogStoreError(
        'bad-entries',
        `the entries of ${source.name} do not have the root of its checkpoint`,
      );
    }
    for (const [i, [from, to]] of parts.entries()) {
      if (this.#stopping.signal.aborted) return;
      const entries = parts.length === 1 ? last : await readEntries(source, from, to);
      await this.#append(note, { from, to, entries, root: roots[i] ?? target.root });
    }
  }

  async #append(note: string, part: Part): Promise<void> {
    const { store, log, handler } = this.#options;
    const head = await store.transaction(async (tx) => {
      const before = await log.head(tx);
      // Another instance was faster: the next round goes on from there.
      if (before.size !== part.from) return before;
      const checkpoint = await log.saveCheckpoint(tx, note);
      const after: TreeHead = await log.append(tx, part.entries);
      if (after.size !== part.to || !equalBytes(after.root, part.root)) {
        throw new LogStoreError('bad-entries', 'the source gave other entries the second time');
      }
      await handler(tx, { from: part.from, entries: part.entries, checkpoint });
      return after;
    });
    this.#size = head.size;
  }
}

interface Offer {
  readonly source: LogSource;
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

interface Part {
  readonly from: number;
  readonly to: number;
  readonly entries: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** Cut at multiples of the part's size, so that bundles are not read twice. */
function partsOf(from: number, to: number): (readonly [number, number])[] {
  const parts: (readonly [number, number])[] = [];
  for (let at = from; at < to;) {
    const end = Math.min(to, (Math.floor(at / CHUNK) + 1) * CHUNK);
    parts.push([at, end]);
    at = end;
  }
  return parts;
}

function parseAccepted(note: string): Checkpoint {
  try {
    return parseCheckpoint(note);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new LogStoreError('checkpoint-not-accepted', 'not a checkpoint', { cause });
  }
}

async function readEntries(source: LogSource, from: number, to: number): Promise<Uint8Array[]> {
  const entries: Uint8Array[] = [];
  for (const bundle of entryBundlesOf(from, to)) {
    const first = bundle.index * TILE_WIDTH;
    const all = await source.entries(bundle);
    entries.push(...all.slice(Math.max(0, from - first)));
  }
  return entries;
}

/**
 * Throws `fork` where the source's own hashes have the root of the checkpoint, but another root at the size that is here: its signers have signed another
 * history. Where its hashes do not even have the checkpoint's root, nothing is proven against anyone.
 */
async function assertSameHistory(source: LogSource, own: TreeHead, target: Checkpoint): Promise<void> {
  if (own.size === 0) return;
  const [before, after] = await Promise.all([
    rootFromTiles(source, own.size, target.size),
    rootFromTiles(source, target.size, target.size),
  ]);
  if (equalBytes(after, target.root) && !equalBytes(before, own.root)) {
    throw new LogStoreError(
      'fork',
      `${source.name} shows another history: other entries below size ${own.size}`,
    );
  }
}

/** The root at `size` from the tiles of a log that has `logSize` entries. */
async function rootFromTiles(source: LogSource, size: number, logSize: number): Promise<Uint8Array> {
  const hashes: Uint8Array[] = [];
  for (const node of compactRangeNodeIds(size)) {
    const { level, index } = tileOfNode(node);
    const width = Math.min(TILE_WIDTH, Math.floor(logSize / TILE_WIDTH ** level) - index * TILE_WIDTH);
    hashes.push(nodeFromTile(node, await source.hashes({ level, index, width })));
  }
  return foldCompactRange(hashes, sha256);
}
