import {
  type CompactRange,
  encodeEntryBundle,
  entryBundlesOf,
  equalBytes,
  leafHash,
  parseEntryBundle,
  type StoredNode,
  type Tile,
  TILE_WIDTH,
  tilePath,
} from '@besure/protocol';
import { LogStoreError } from './error.js';
import type { FolderLog } from './folder-log.js';
import type { LogSource } from './log-source.js';
import { sha256 } from './sha256.js';
import { splitHashes, tileKey, type TileId, tileOfNode } from './tile-nodes.js';

/** How many levels of tiles a log below 2^53 entries can have. */
const LEVELS = 7;
const TILE_HEIGHT = 8;

/** The partial tiles and the partial bundle of a log of this size. */
export function partialTilesOf(size: number): Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0; level < LEVELS; level += 1) {
    const hashes = Math.floor(size / TILE_WIDTH ** level);
    const width = hashes % TILE_WIDTH;
    if (width > 0) tiles.push({ level, index: Math.floor(hashes / TILE_WIDTH), width });
  }
  const [first] = tiles;
  return first?.level === 0 ? [...tiles, { ...first, level: 'entries' }] : tiles;
}

/**
 * Writes the entries and tiles of a log into a folder, from the size that is there up to that of a checkpoint. It computes every hash itself and
 * compares the tiles that the source serves with them. What is written is not yet believed: the caller compares the root, and takes
 * everything back where it is another.
 */
export class LogCopier {
  readonly #folder: FolderLog;
  readonly #source: LogSource;
  readonly #range: CompactRange;
  /** The tiles and the bundle at the right edge. */
  readonly #open = new Map<string, Uint8Array[]>();
  #bundle: Uint8Array[] = [];
  readonly #written: Tile[] = [];
  #reused = 0;

  constructor(folder: FolderLog, source: LogSource, range: CompactRange) {
    this.#folder = folder;
    this.#source = source;
    this.#range = range;
  }

  /** Reads the right edge of what is there. Throws `corrupt` where entries and hashes do not fit. */
  async open(): Promise<void> {
    for (const tile of partialTilesOf(this.#range.size)) {
      if (tile.level === 'entries') this.#bundle = await this.#folder.entries(tile);
      else
        this.#open.set(
          tileKey({ level: tile.level, index: tile.index }),
          splitHashes(await this.#folder.hashes(tile)),
        );
    }
    const leaves =
      this.#open.get(tileKey({ level: 0, index: Math.floor(this.#range.size / TILE_WIDTH) })) ?? [];
    const fits = this.#bundle.every((entry, i) =>
      equalBytes(leafHash(entry, sha256), leaves[i] ?? new Uint8Array()),
    );
    if (!fits)
      throw new LogStoreError(
        'corrupt',
        `the last entries in ${this.#folder.name} are not those of its hashes`,
      );
  }

  /**
   * Copies up to a size and answers the root that comes of it. Full bundles that an earlier run left behind are taken from the folder where
   * `mayReuse`: if the root is then another, they were wrong.
   */
  async copyTo(size: number, mayReuse: boolean, signal?: AbortSignal): Promise<Uint8Array> {
    for (const bundle of entryBundlesOf(this.#range.size, size)) {
      signal?.throwIfAborted();
      const known = this.#bundle.length;
      const entries = (mayReuse ? await this.#left(bundle) : null) ?? (await this.#source.entries(bundle));
      for (const entry of entries.slice(known)) {
        this.#bundle.push(entry);
        await this.#addNodes(this.#range.append(leafHash(entry, sha256)));
      }
      if (this.#bundle.length < TILE_WIDTH) continue;
      await this.#write({ ...bundle, width: TILE_WIDTH }, encodeEntryBundle(this.#bundle));
      this.#bundle = [];
    }
    for (const tile of partialTilesOf(size)) {
      if (tile.level === 'entries') await this.#write(tile, encodeEntryBundle(this.#bundle));
      else
        await this.#writeHashes(
          tile,
          this.#open.get(tileKey({ level: tile.level, index: tile.index })) ?? [],
        );
    }
    return this.#range.root();
  }

  /** Whether anything came from the folder that no checkpoint there covers. */
  get hasReused(): boolean {
    return this.#reused > 0;
  }

  /** Removes everything that was written. */
  async takeBack(): Promise<void> {
    for (const tile of this.#written) await this.#folder.removeTile(tile);
  }

  async #left(bundle: Tile): Promise<Uint8Array[] | null> {
    if (bundle.width < TILE_WIDTH) return null;
    const bytes = await this.#folder.read(tilePath(bundle));
    if (bytes === null) return null;
    this.#reused += 1;
    return parseEntryBundle(bytes, TILE_WIDTH);
  }

  async #addNodes(completed: readonly StoredNode[]): Promise<void> {
    for (const node of completed) {
      if (node.level % TILE_HEIGHT !== 0) continue;
      const id: TileId = tileOfNode(node);
      const hashes = this.#open.get(tileKey(id)) ?? [];
      hashes.push(node.hash);
      this.#open.set(tileKey(id), hashes);
      if (hashes.length < TILE_WIDTH) continue;
      await this.#writeHashes({ ...id, width: TILE_WIDTH }, hashes);
      this.#open.delete(tileKey(id));
    }
  }

  async #writeHashes(tile: Tile, hashes: readonly Uint8Array[]): Promise<void> {
    const bytes = Buffer.concat(hashes);
    if (!equalBytes(await this.#source.hashes(tile), bytes)) {
      throw new LogStoreError(
        'bad-entries',
        `${this.#source.name} serves hashes in ${tilePath(tile)} that are not those of its entries`,
      );
    }
    await this.#write(tile, bytes);
  }

  async #write(tile: Tile, bytes: Uint8Array): Promise<void> {
    await this.#folder.write(tilePath(tile), bytes);
    this.#written.push(tile);
  }
}
