import { parseBigint, parseSchemaName, type Tx } from '@besure/event-store';
import { mark } from '@besure/fault-points';
import {
  addSignatures,
  compactRangeNodeIds,
  CompactRange,
  consistencyNodeIds,
  consistencyProof,
  emptyRoot,
  encodeEntryBundle,
  equalBytes,
  foldCompactRange,
  inclusionNodeIds,
  inclusionProof,
  type KeptLine,
  leafHash,
  type NodeId,
  parseCheckpoint,
  type StoredNode,
  type Tile,
  type TreeHead,
} from '@besure/protocol';
import { LogStoreError } from './error.js';
import { sha256 } from './sha256.js';
import { nodeFromTile, splitHashes, tileAdditions, tileKey, tileOfNode, type TileId } from './tile-nodes.js';

/** Where to read: a transaction, to see its own writes, or a data source. */
export type Db = Pick<Tx, 'query'>;

/** What became of a checkpoint that was stored. */
export interface SavedCheckpoint {
  /** As it stands now, with the signatures that it had before. */
  readonly note: string;
  /** How many of its signature lines were not there before. */
  readonly added: number;
  /** Whether it has become published just now. */
  readonly isNewlyPublished: boolean;
}

const HASH_LENGTH = 32;
const TILE_WIDTH = 256;

/**
 * One Merkle log in PostgreSQL: entries, tiles of hashes, checkpoints.
 *
 * - Durability: that of the caller's transaction.
 * - Consistency: append-only; the head row stays locked from an append to the end of its transaction, so entries are dense and
 *   whoever reads a size finds all entries below it.
 * - Concurrency: any number of readers and writers; writers wait for each other.
 * - Retries: the caller's. Nothing here talks to anyone but the database.
 */
export class LogStore {
  /** The name by which the log's rows are told from those of other logs of this schema; nothing that is published. */
  readonly log: string;
  /** The name that its checkpoints bear. */
  readonly origin: string;
  /** Which line of a key its checkpoints keep. */
  readonly keptLine: KeptLine;
  readonly #schema: string;

  /** `keptLine` is the earliest by default: what is recorded is so since then. */
  constructor(options: {
    readonly schema: string;
    readonly log: string;
    readonly origin: string;
    readonly keptLine?: KeptLine;
  }) {
    this.#schema = parseSchemaName(options.schema);
    this.log = options.log;
    this.origin = options.origin;
    this.keptLine = options.keptLine ?? 'earliest';
  }

  /** Appends entries and answers the new head. The first of them has the index that the size was before. */
  async append(tx: Tx, entries: readonly Uint8Array[]): Promise<TreeHead> {
    const s = this.#schema;
    const range = await this.#lockedRange(tx);
    const first = range.size;
    if (entries.length === 0) return { size: first, root: range.root() };
    const completed: StoredNode[] = [];
    for (const entry of entries) completed.push(...range.append(leafHash(entry, sha256)));
    await tx.query(
      `INSERT INTO ${s}.log_leaf (log, index, entry)
       SELECT $1, $2 + place - 1, entry FROM unnest($3::bytea[]) WITH ORDINALITY AS e(entry, place)`,
      [this.log, first, entries],
    );
    const tiles = tileAdditions(completed);
    await tx.query(
      `INSERT INTO ${s}.log_tile (log, level, index, hashes)
       SELECT $1, * FROM unnest($2::smallint[], $3::bigint[], $4::bytea[])
       ON CONFLICT (log, level, index) DO UPDATE SET hashes = log_tile.hashes || excluded.hashes`,
      [
        this.log,
        tiles.map((tile) => tile.level),
        tiles.map((tile) => tile.index),
        tiles.map((tile) => tile.hashes),
      ],
    );
    await tx.query(`UPDATE ${s}.log_head SET size = $2, edge = $3 WHERE log = $1`, [
      this.log,
      range.size,
      Buffer.concat(range.hashes),
    ]);
    mark(tx, 'extended', this.log);
    return { size: range.size, root: range.root() };
  }

  /** The size and root now. */
  async head(db: Db): Promise<TreeHead> {
    const range = await this.range(db);
    return { size: range.size, root: range.root() };
  }

  /** The right edge now, to compute what the root would be with more entries. */
  async range(db: Db): Promise<CompactRange> {
    return this.#readRange(db, '');
  }

  /** The root that the log had at a size. Throws `out-of-range` for a size that it does not have yet. */
  async root(db: Db, size: number): Promise<Uint8Array> {
    if (size === 0) return emptyRoot(sha256);
    await this.#checkSize(db, size);
    return foldCompactRange(await this.#readNodes(db, compactRangeNodeIds(size)), sha256);
  }

  /** The inclusion proof of the entry at an index in the log of that size. */
  async inclusionProof(db: Db, index: number, size: number): Promise<Uint8Array[]> {
    await this.#checkSize(db, size);
    const hashes = await this.#readNodes(db, inclusionNodeIds(index, size));
    return inclusionProof(index, size, () => hashes, sha256);
  }

  /** The proof that the log of the older size is the beginning of the log of the newer one. */
  async consistencyProof(db: Db, older: number, newer: number): Promise<Uint8Array[]> {
    await this.#checkSize(db, newer);
    const hashes = await this.#readNodes(db, consistencyNodeIds(older, newer));
    return consistencyProof(older, newer, () => hashes, sha256);
  }

  /** The bytes of a tile or bundle, or null while the log is not that far. A narrower tile than the log has is the beginning of it. */
  async readTile(db: Db, tile: Tile): Promise<Uint8Array | null> {
    if (tile.level === 'entries') {
      const first = tile.index * TILE_WIDTH;
      const entries = await this.readEntries(db, first, first + tile.width);
      return entries.length === tile.width ? encodeEntryBundle(entries) : null;
    }
    const [hashes] = await this.#readTiles(db, [{ level: tile.level, index: tile.index }]);
    const bytes = hashes?.subarray(0, tile.width * HASH_LENGTH);
    return bytes?.length === tile.width * HASH_LENGTH ? bytes : null;
  }

  /** The entries with indexes from `from` up to, not including, `to`; fewer where the log ends. */
  async readEntries(db: Db, from: number, to: number): Promise<Uint8Array[]> {
    const rows = await db.query<{ entry: Buffer }[]>(
      `SELECT entry FROM ${this.#schema}.log_leaf WHERE log = $1 AND index >= $2 AND index < $3 ORDER BY index`,
      [this.log, from, to],
    );
    return rows.map((row) => plainBytes(row.entry));
  }

  /**
   * Stores a checkpoint note, whose signatures the caller has verified. Of one size there is one text, whose signatures grow: those of
   * another note are added, and each key has one ({@link keptLine}). Throws `fork` where this log has another root for that size. A size
   * beyond the log's is taken: a follower stores the note first and then the entries that it has checked against it.
   *
   * @param suffices whether the signatures of a note are enough for it to be published; what is published once stays so
   */
  async saveCheckpoint(
    tx: Tx,
    note: string,
    suffices: (note: string) => boolean = () => true,
  ): Promise<SavedCheckpoint> {
    const s = this.#schema;
    const checkpoint = parseCheckpoint(note);
    if (checkpoint.origin !== this.origin) {
      throw new LogStoreError('checkpoint-not-accepted', 'the checkpoint is that of another log');
    }
    const range = await this.#lockedRange(tx);
    if (checkpoint.size <= range.size) await this.checkRoot(tx, checkpoint);
    const [stored] = await tx.query<{ note: string; published: boolean }[]>(
      `SELECT note, published FROM ${s}.log_checkpoint WHERE log = $1 AND size = $2`,
      [this.log, checkpoint.size],
    );
    if (stored !== undefined && parseCheckpoint(stored.note).text !== checkpoint.text) {
      throw new LogStoreError('fork', `another root than that of the checkpoint of size ${checkpoint.size}`);
    }
    const merged = mergeNotes(stored?.note ?? null, note, this.keptLine);
    const wasPublished = stored?.published === true;
    const isPublished = wasPublished || suffices(merged.note);
    if (merged.added > 0 || isPublished !== wasPublished) {
      await tx.query(
        `INSERT INTO ${s}.log_checkpoint (log, size, note, published) VALUES ($1, $2, $3, $4)
         ON CONFLICT (log, size) DO UPDATE SET note = excluded.note, published = excluded.published`,
        [this.log, checkpoint.size, merged.note, isPublished],
      );
      mark(tx, 'checkpointed', this.log);
    }
    return { ...merged, isNewlyPublished: isPublished && !wasPublished };
  }

  /** Throws `fork` unless the log had this root at this size. */
  async checkRoot(db: Db, { size, root }: TreeHead): Promise<void> {
    if (!equalBytes(await this.root(db, size), root)) {
      throw new LogStoreError('fork', `another root than this log has at size ${size}`);
    }
  }

  /** The published checkpoint of the largest size. */
  async latestCheckpoint(db: Db): Promise<string | null> {
    const [note] = await this.#notes(db, 'published ORDER BY size DESC LIMIT 1');
    return note ?? null;
  }

  /** The first published checkpoint that covers the entry at an index. */
  async checkpointCovering(db: Db, index: number): Promise<string | null> {
    const [note] = await this.#notes(db, 'published AND size > $2 ORDER BY size LIMIT 1', [index]);
    return note ?? null;
  }

  /** The checkpoint of exactly this size, published or not. */
  async checkpointAt(db: Db, size: number): Promise<string | null> {
    const [note] = await this.#notes(db, 'size = $2', [size]);
    return note ?? null;
  }

  /** The newest checkpoints, published or not, the largest first. */
  async newestCheckpoints(db: Db, most: number): Promise<string[]> {
    return this.#notes(db, 'true ORDER BY size DESC LIMIT $2', [most]);
  }

  /** The latest published checkpoint and those after it, which are not yet; where they are too many the largest. Smallest first. */
  async pendingCheckpoints(db: Db, most: number): Promise<string[]> {
    const since = `SELECT max(size) FROM ${this.#schema}.log_checkpoint WHERE log = $1 AND published`;
    const notes = await this.#notes(db, `size >= coalesce((${since}), 0) ORDER BY size DESC LIMIT $2`, [
      most,
    ]);
    return notes.toReversed();
  }

  /** Forgets all checkpoints but the newest. Entries and hashes stay, and with them the roots of all sizes. */
  async forgetCheckpoints(tx: Tx, keep: number): Promise<void> {
    const s = this.#schema;
    await tx.query(
      `DELETE FROM ${s}.log_checkpoint WHERE log = $1 AND size < (
         SELECT size FROM ${s}.log_checkpoint WHERE log = $1 ORDER BY size DESC OFFSET $2 LIMIT 1)`,
      [this.log, keep - 1],
    );
  }

  async #notes(db: Db, condition: string, parameters: readonly unknown[] = []): Promise<string[]> {
    const rows = await db.query<{ note: string }[]>(
      `SELECT note FROM ${this.#schema}.log_checkpoint WHERE log = $1 AND ${condition}`,
      [this.log, ...parameters],
    );
    return rows.map(({ note }) => note);
  }

  async #lockedRange(tx: Tx): Promise<CompactRange> {
    await tx.query(
      `INSERT INTO ${this.#schema}.log_head (log, size, edge) VALUES ($1, 0, '') ON CONFLICT DO NOTHING`,
      [this.log],
    );
    return this.#readRange(tx, 'FOR UPDATE');
  }

  async #readRange(db: Db, lock: '' | 'FOR UPDATE'): Promise<CompactRange> {
    const [row] = await db.query<{ size: string; edge: Uint8Array }[]>(
      `SELECT size, edge FROM ${this.#schema}.log_head WHERE log = $1 ${lock}`,
      [this.log],
    );
    if (row === undefined) return new CompactRange(sha256);
    return new CompactRange(sha256, { size: parseBigint(row.size), hashes: splitHashes(row.edge) });
  }

  async #checkSize(db: Db, size: number): Promise<void> {
    const range = await this.range(db);
    if (!Number.isSafeInteger(size) || size < 0 || size > range.size) {
      throw new LogStoreError('out-of-range', `the log has ${range.size} entries, not ${size}`);
    }
  }

  /** The hashes of complete subtrees, in the order of the ids. Neighbours share tiles: each is read once. */
  async #readNodes(db: Db, ids: readonly NodeId[]): Promise<Uint8Array[]> {
    const wanted = new Map(ids.map((id) => [tileKey(tileOfNode(id)), tileOfNode(id)]));
    const found = await this.#readTiles(db, [...wanted.values()]);
    const tiles = new Map([...wanted.keys()].map((key, i) => [key, found[i] ?? null]));
    return ids.map((id) => {
      const hashes = tiles.get(tileKey(tileOfNode(id))) ?? null;
      if (hashes === null) throw new LogStoreError('corrupt', `no tile for node ${id.level}/${id.index}`);
      return nodeFromTile(id, hashes);
    });
  }

  async #readTiles(db: Db, ids: readonly TileId[]): Promise<(Uint8Array | null)[]> {
    const rows = await db.query<{ hashes: Buffer | null }[]>(
      `SELECT t.hashes
         FROM unnest($2::smallint[], $3::bigint[]) WITH ORDINALITY AS w(level, index, place)
         LEFT JOIN ${this.#schema}.log_tile t ON t.log = $1 AND t.level = w.level AND t.index = w.index
        ORDER BY w.place`,
      [this.log, ids.map((id) => id.level), ids.map((id) => id.index)],
    );
    return rows.map((row) => (row.hashes === null ? null : plainBytes(row.hashes)));
  }
}

/** The stored note with what the other one adds to it, and how many lines that is. */
function mergeNotes(
  stored: string | null,
  note: string,
  keptLine: KeptLine,
): { note: string; added: number } {
  const lines = parseCheckpoint(note).signatures.map((signature) => signature.line);
  if (stored === null) return { note, added: lines.length };
  const merged = addSignatures(stored, lines, keptLine);
  const before = new Set(parseCheckpoint(stored).signatures.map((signature) => signature.line));
  const added = parseCheckpoint(merged).signatures.filter(({ line }) => !before.has(line)).length;
  return { note: merged, added };
}

/** The same memory without the driver's class: what comes out equals what went in. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
