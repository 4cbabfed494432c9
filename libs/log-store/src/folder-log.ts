import { mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseEntryBundle, type Tile, tilePath } from '@besure/protocol';
import { LogStoreError } from './error.js';
import type { LogSource } from './log-source.js';

/** The note with all signatures, as C2SP tlog-tiles has it; written last. */
const CHECKPOINT = 'checkpoint';

/**
 * A log in a folder, in the layout of C2SP tlog-tiles: any web server can serve it, and it is read as a source like one that is served. A file
 * is there as a whole or not at all.
 */
export class FolderLog implements LogSource {
  readonly name: string;

  /** `folder` is the log's prefix; it may not exist yet. */
  constructor(folder: string) {
    this.name = folder;
  }

  /** @inheritdoc */
  async checkpoint(): Promise<string> {
    const bytes = await this.read(CHECKPOINT);
    if (bytes === null) throw new LogStoreError('unreachable', `${this.name} has no checkpoint yet`);
    return bytes.toString();
  }

  /** @inheritdoc */
  async entries(bundle: Tile): Promise<Uint8Array[]> {
    return parseEntryBundle(await this.#tile(bundle), bundle.width);
  }

  /** @inheritdoc */
  async hashes(tile: Tile): Promise<Uint8Array> {
    return this.#tile(tile);
  }

  /** The bytes of a file below the folder, or null where it is not there. */
  async read(path: string): Promise<Buffer | null> {
    try {
      return await readFile(join(this.name, path));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      throw error;
    }
  }

  /** Writes a file below the folder. */
  async write(path: string, content: Uint8Array | string): Promise<void> {
    const target = join(this.name, path);
    const part = `${target}.part-${process.pid}`;
    await mkdir(dirname(target), { recursive: true });
    await writeFile(part, content);
    await rename(part, target);
  }

  /** Writes the checkpoint: all that it covers must be there. */
  async writeCheckpoint(note: string): Promise<void> {
    await this.write(CHECKPOINT, note);
  }

  /** Removes a tile, and the folder of partial ones where it was the last. */
  async removeTile(tile: Tile): Promise<void> {
    const path = join(this.name, tilePath(tile));
    await rm(path, { force: true });
    if (path.includes('.p/')) await rmdir(dirname(path)).catch(() => undefined);
  }

  async #tile(tile: Tile): Promise<Buffer> {
    const path = tilePath(tile);
    const bytes = await this.read(path);
    if (bytes === null) throw new LogStoreError('corrupt', `${join(this.name, path)} is missing`);
    return bytes;
  }
}
