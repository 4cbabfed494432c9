import { parseCheckpoint, type Tile, TILE_WIDTH } from '@besure/protocol';
import { readEntries } from './catch-up.js';
import { LogStoreError } from './error.js';
import type { LogSource } from './log-source.js';

/** A log in memory, up to one of its checkpoints. It is believed no more than any other source. */
export class HeldLog implements LogSource {
  readonly name: string;
  readonly note: string;
  readonly all: readonly Uint8Array[];

  constructor(name: string, note: string, all: readonly Uint8Array[]) {
    this.name = name;
    this.note = note;
    this.all = all;
  }

  /** @inheritdoc */
  async checkpoint(): Promise<string> {
    const { size } = parseCheckpoint(this.note);
    if (size === this.all.length) return this.note;
    const why = `${this.name} has ${this.all.length} entries, and a checkpoint of ${size}`;
    throw new LogStoreError('bad-entries', why);
  }

  /** @inheritdoc */
  entries({ index, width }: Tile): Promise<Uint8Array[]> {
    const from = index * TILE_WIDTH;
    return Promise.resolve(this.all.slice(from, from + width));
  }

  /** @inheritdoc */
  hashes(): Promise<Uint8Array> {
    return Promise.reject(new LogStoreError('unreachable', `${this.name} has no tiles`));
  }
}

/** All of a log up to its newest checkpoint, as the source has it: nothing of it is checked. Throws what the source throws. */
export async function copyOf(source: LogSource): Promise<HeldLog> {
  const note = await source.checkpoint();
  return new HeldLog(source.name, note, await readEntries(source, 0, parseCheckpoint(note).size));
}
