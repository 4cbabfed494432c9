import type { EventStore, Tx } from '@besure/event-store';
import {
  entryBundlesOf,
  equalBytes,
  leafHash,
  parseCheckpoint,
  TILE_WIDTH,
  type TreeHead,
} from '@besure/protocol';
import { LogStoreError } from './error.js';
import type { LogSource } from './log-source.js';
import type { LogStore } from './log-store.js';
import { sha256 } from './sha256.js';
import { SourceTiles } from './source-tiles.js';

/**
 * New entries, checked against a checkpoint that is stored already. `checkpoint` is the first accepted one that covers them; the store holds the
 * entries up to and including these, which may be fewer than the checkpoint covers while the follower catches up.
 */
export interface FollowedEntries {
  /** The index of the first entry. */
  readonly from: number;
  readonly entries: readonly Uint8Array[];
  /** The note that was followed, with all signatures that are stored. */
  readonly checkpoint: string;
}

/** Where a log is copied to, and what its entries bring about. */
export interface CopyTarget {
  /** For the transactions; the log lives in the same schema. */
  readonly store: EventStore;
  readonly log: LogStore;
  /** Gives new entries their effects, in the transaction that appends them. It may run again after a failure. */
  readonly handler: (tx: Tx, followed: FollowedEntries) => Promise<void>;
}

/** Entries per transaction while catching up. */
const CHUNK = 16 * TILE_WIDTH;

/**
 * Copies what is missing up to a checkpoint that the caller has accepted, and answers the head then; less far where the signal came.
 *
 * First reads all entries that are missing and keeps only the root after each part; when the last root is the checkpoint's, reads them again, part by part,
 * checks each against the root it had, and appends. What fits into one part is read once.
 *
 * @throws LogStoreError `fork`, `bad-entries`, `unreachable`
 */
export async function catchUp(
  target: CopyTarget,
  source: LogSource,
  note: string,
  signal: AbortSignal,
): Promise<TreeHead> {
  const { store, log } = target;
  const checkpoint = parseCheckpoint(note);
  const range = await store.transaction((tx) => log.range(tx));
  const own = { size: range.size, root: range.root() };
  const parts = partsOf(own.size, checkpoint.size);
  const roots: Uint8Array[] = [];
  let last: Uint8Array[] = [];
  for (const [from, to] of parts) {
    last = await readEntries(source, from, to);
    for (const entry of last) range.append(leafHash(entry, sha256));
    roots.push(range.root());
  }
  if (!equalBytes(range.root(), checkpoint.root)) {
    await assertSameHistory(source, own, checkpoint);
    throw new LogStoreError(
      'bad-entries',
      `the entries of ${source.name} do not have the root of its checkpoint`,
    );
  }
  let head: TreeHead = own;
  for (const [i, [from, to]] of parts.entries()) {
    if (signal.aborted) return head;
    const entries = parts.length === 1 ? last : await readEntries(source, from, to);
    head = await append(target, note, { from, to, entries, root: roots[i] ?? checkpoint.root });
  }
  return head;
}

async function append({ store, log, handler }: CopyTarget, note: string, part: Part): Promise<TreeHead> {
  return store.transaction(async (tx) => {
    const before = await log.head(tx);
    // Another instance was faster: the next round goes on from there.
    if (before.size !== part.from) return before;
    const { note: checkpoint } = await log.saveCheckpoint(tx, note);
    const after = await log.append(tx, part.entries);
    if (after.size !== part.to || !equalBytes(after.root, part.root)) {
      throw new LogStoreError('bad-entries', 'the source gave other entries the second time');
    }
    await handler(tx, { from: part.from, entries: part.entries, checkpoint });
    return after;
  });
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
async function assertSameHistory(source: LogSource, own: TreeHead, target: TreeHead): Promise<void> {
  if (own.size === 0) return;
  const tiles = new SourceTiles(source, target.size);
  const [before, after] = [await tiles.root(own.size), await tiles.root(target.size)];
  if (equalBytes(after, target.root) && !equalBytes(before, own.root)) {
    throw new LogStoreError(
      'fork',
      `${source.name} shows another history: other entries below size ${own.size}`,
    );
  }
}
