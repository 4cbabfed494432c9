import type { EventStore, Tx } from '@besure/event-store';
import {
  consistencyNodeIds,
  consistencyProof,
  entryBundlesOf,
  equalBytes,
  leafHash,
  parseCheckpoint,
  ProtocolError,
  TILE_WIDTH,
  type TreeHead,
  verifyConsistency,
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
  /**
   * With which part the note is stored. The first (the default) where a quorum has signed it: then whoever goes on after a crash finishes that note. The last
   * where one signer is enough: a note is then never stored without the entries that it promises, whatever its hub serves.
   */
  readonly noteWith?: 'first-part' | 'last-part';
  /** How many parts are copied in one look; what is left is for the next one. */
  readonly mostParts?: number;
}

/** Entries per transaction while catching up. */
const CHUNK = 16 * TILE_WIDTH;
/** A quarter of a million entries. */
const MOST_PARTS = 64;

/**
 * Copies what is missing up to a checkpoint that the caller has accepted, and answers the head then; less far where the signal came, where another instance
 * was faster, or where more is missing than one look may copy.
 *
 * It goes part by part and appends each when it is proven to be a beginning of the checkpoint's log: by the root itself where the part is the last one, else by
 * a consistency proof from the hashes that the source serves. A checkpoint can name any size: no more is read or held for it than what it proves.
 *
 * @throws LogStoreError `fork`, `bad-entries`, `unreachable`
 */
export async function catchUp(
  target: CopyTarget,
  source: LogSource,
  note: string,
  signal: AbortSignal,
): Promise<TreeHead> {
  const { store, log, mostParts = MOST_PARTS } = target;
  const checkpoint = parseCheckpoint(note);
  const range = await store.transaction((tx) => log.range(tx));
  const tiles = new SourceTiles(source, checkpoint.size);
  const own = { size: range.size, root: range.root() };
  let head: TreeHead = own;
  for (let parts = 0; parts < mostParts && head.size < checkpoint.size; parts += 1) {
    if (signal.aborted) return head;
    const from = head.size;
    const to = endOfPart(from, checkpoint.size);
    const entries = await readEntries(source, from, to);
    for (const entry of entries) range.append(leafHash(entry, sha256));
    const part = { from, to, entries, root: range.root() };
    if (range.size !== to || !(await isBeginning({ size: to, root: part.root }, checkpoint, tiles))) {
      await assertSameHistory(source, own, checkpoint);
      throw new LogStoreError(
        'bad-entries',
        `the entries of ${source.name} do not have the root of its checkpoint`,
      );
    }
    if (signal.aborted) return head;
    head = await append(target, note, checkpoint.size, part);
    // Another instance was faster: the next look goes on from there.
    if (head.size !== to) return head;
  }
  return head;
}

async function append(
  { store, log, handler, noteWith = 'first-part' }: CopyTarget,
  note: string,
  size: number,
  part: Part,
): Promise<TreeHead> {
  return store.transaction(async (tx) => {
    const before = await log.head(tx);
    if (before.size !== part.from) return before;
    const isKept = noteWith === 'first-part' || part.to === size;
    const checkpoint = isKept ? (await log.saveCheckpoint(tx, note)).note : note;
    const after = await log.append(tx, part.entries);
    if (after.size !== part.to || !equalBytes(after.root, part.root)) {
      throw new LogStoreError('corrupt', 'the entries that are stored do not have the root of the log');
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
function endOfPart(from: number, size: number): number {
  return Math.min(size, (Math.floor(from / CHUNK) + 1) * CHUNK);
}

/** Whether a log is a beginning of the checkpoint's, by the checkpoint's root and hashes that nobody has to believe. */
async function isBeginning(head: TreeHead, checkpoint: TreeHead, tiles: SourceTiles): Promise<boolean> {
  if (head.size === checkpoint.size) return equalBytes(head.root, checkpoint.root);
  const hashes = await tiles.nodes(consistencyNodeIds(head.size, checkpoint.size));
  const proof = consistencyProof(head.size, checkpoint.size, () => hashes, sha256);
  try {
    verifyConsistency(head, checkpoint, proof, sha256);
    return true;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return false;
  }
}

/** The entries [from, to) of a source, bundle by bundle; nothing is checked yet. */
export async function readEntries(source: LogSource, from: number, to: number): Promise<Uint8Array[]> {
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
