import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompactRange,
  encodeBase64,
  formatCheckpoint,
  leafHash,
  parseCheckpoint,
  ProtocolError,
  type Tile,
  TILE_WIDTH,
} from '@besure/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogStoreError } from './error.js';
import { FolderLog } from './folder-log.js';
import type { LogSource } from './log-source.js';
import { mirrorLog, type Mirrored } from './mirror-log.js';

const ORIGIN = 'log.example/proofs';

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

function entry(index: number, history = 'honest'): Uint8Array {
  return Buffer.from(`${history} entry ${index}`);
}

/** A published log, whose owner may do as he likes. */
class TestLog implements LogSource {
  readonly name: string;
  entriesRead = 0;
  signature: string;
  /** Breaks off after so many bundles. */
  breaksAfter = Infinity;
  #entries: Uint8Array[];

  constructor(name: string, entries: readonly Uint8Array[]) {
    this.name = name;
    this.#entries = [...entries];
    this.signature = name;
  }

  grow(...entries: Uint8Array[]): void {
    this.#entries.push(...entries);
  }

  async checkpoint(): Promise<string> {
    const root = this.#range(this.#entries.length).root();
    const line = `— ${this.signature} ${encodeBase64(Buffer.from(`${this.signature}.signature`))}`;
    return formatCheckpoint({ origin: ORIGIN, size: this.#entries.length, root }, [line]);
  }

  async entries({ index, width }: Tile): Promise<Uint8Array[]> {
    this.entriesRead += 1;
    if (this.entriesRead > this.breaksAfter) throw new LogStoreError('unreachable', `${this.name} is gone`);
    return this.#entries.slice(index * TILE_WIDTH, index * TILE_WIDTH + width);
  }

  async hashes({ level, index, width }: Tile): Promise<Uint8Array> {
    const span = TILE_WIDTH ** (level as number);
    return Buffer.concat(
      Array.from({ length: width }, (_, i) => {
        const first = (index * TILE_WIDTH + i) * span;
        return this.#range(first + span, first).root();
      }),
    );
  }

  #range(to: number, from = 0): CompactRange {
    const range = new CompactRange(sha256);
    for (const one of this.#entries.slice(from, to)) range.append(leafHash(one, sha256));
    return range;
  }
}

function honest(name: string, size: number): TestLog {
  return new TestLog(
    name,
    Array.from({ length: size }, (_, i) => entry(i)),
  );
}

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'besure-mirror-'));
  folder = join(parent, 'mirror');
});

afterEach(() => rmSync(parent, { recursive: true }));

function mirror(...sources: LogSource[]): Promise<Mirrored> {
  return mirrorLog({ folder: new FolderLog(folder), sources, accept: () => {} });
}

/** All files of a mirror with their bytes. */
function filesOf(root: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((found) => found.isFile())
      .map((found) => {
        const path = join(found.parentPath, found.name);
        return [path.slice(root.length + 1), readFileSync(path, 'base64')];
      }),
  );
}

function withoutSignatures(root: string): Record<string, string> {
  const { checkpoint: _note, ...others } = filesOf(root);
  return others;
}

describe('a mirror', () => {
  it('has the files of C2SP tlog-tiles, and the text of the checkpoint apart', async () => {
    const log = honest('hub', 600);
    const { head, sizeBefore, sources } = await mirror(log);
    expect([sizeBefore, head.size]).toEqual([0, 600]);
    expect(sources).toEqual([{ name: 'hub', state: 'copied', size: 600, message: null }]);
    expect(Object.keys(filesOf(folder)).toSorted()).toEqual([
      'checkpoint',
      'checkpoint.body',
      'tile/0/000',
      'tile/0/001',
      'tile/0/002.p/88',
      'tile/1/000.p/2',
      'tile/entries/000',
      'tile/entries/001',
      'tile/entries/002.p/88',
    ]);
    const note = await log.checkpoint();
    expect(readFileSync(join(folder, 'checkpoint'), 'utf8')).toBe(note);
    expect(readFileSync(join(folder, 'checkpoint.body'), 'utf8')).toBe(parseCheckpoint(note).text);
    expect(readFileSync(join(folder, 'tile/0/001')).length).toBe(256 * 32);
  });

  it('is the same of two hubs but for signatures, however it grew', async () => {
    const [one, other] = [honest('hub', 3), honest('hub-2', 900)];
    let grownTo = 3;
    for (const size of [3, 200, 256, 257, 511, 512, 900]) {
      one.grow(...Array.from({ length: size - grownTo }, (_, i) => entry(grownTo + i)));
      grownTo = size;
      await mirror(one);
    }
    const grown = withoutSignatures(folder);
    expect(readFileSync(join(folder, 'checkpoint'), 'utf8')).toContain('— hub ');
    rmSync(folder, { recursive: true });
    await mirror(other);
    expect(withoutSignatures(folder)).toEqual(grown);
    expect(readFileSync(join(folder, 'checkpoint'), 'utf8')).toContain('— hub-2 ');
  });

  it('compares all hubs with the furthest, and says how each stands', async () => {
    const gone = honest('gone', 0);
    gone.checkpoint = () => Promise.reject(new LogStoreError('unreachable', 'gone is silent'));
    const { head, sources } = await mirror(
      honest('behind', 260),
      gone,
      honest('first', 300),
      honest('same', 300),
    );
    expect(head.size).toBe(300);
    expect(sources.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'behind behind',
      'gone unreachable',
      'first copied',
      'same same',
    ]);
    expect((await mirror(honest('first', 300))).sources[0]?.state).toBe('same');
  });

  it('is taken up where it broke off', async () => {
    const log = honest('hub', 2000);
    log.breaksAfter = 5;
    await expect(mirror(log)).rejects.toMatchObject({ code: 'unreachable' });
    expect(existsSync(join(folder, 'checkpoint'))).toBe(false);
    log.breaksAfter = Infinity;
    log.entriesRead = 0;
    await mirror(log);
    expect(log.entriesRead).toBe(3);
    const resumed = filesOf(folder);
    rmSync(folder, { recursive: true });
    await mirror(log);
    expect(filesOf(folder)).toEqual(resumed);
  });

  it('believes nothing that an earlier run left behind', async () => {
    const log = honest('hub', 600);
    await mirror(log);
    const good = filesOf(folder);
    for (const bytes of [readFileSync(join(folder, 'tile/entries/000')), Buffer.of(1)]) {
      rmSync(join(folder, 'checkpoint'));
      writeFileSync(join(folder, 'tile/entries/001'), bytes);
      await mirror(log);
      expect(filesOf(folder)).toEqual(good);
    }
  });
});

describe('a mirror refuses, and stays as it was,', () => {
  async function refused(code: string, message: RegExp, ...sources: LogSource[]): Promise<void> {
    const before = existsSync(folder) ? filesOf(folder) : {};
    await expect(mirror(...sources)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(existsSync(folder) ? filesOf(folder) : {}).toEqual(before);
  }

  it('a hub that rewrote an entry below its size', async () => {
    await mirror(honest('hub', 700));
    const log = new TestLog(
      'hub',
      Array.from({ length: 900 }, (_, i) => entry(i, i === 5 ? 'rewritten' : 'honest')),
    );
    await refused('fork', /^hub shows another history/, log);
    await refused(
      'fork',
      /^hub shows another history/,
      new TestLog(
        'hub',
        Array.from({ length: 700 }, (_, i) => entry(i, 'other')),
      ),
    );
  });

  it('a hub that shows an older checkpoint', async () => {
    await mirror(honest('hub', 700));
    await refused('older', /^hub shows an older checkpoint \(size 699\)/, honest('hub', 699));
    await refused('fork', /^hub shows another history/, new TestLog('hub', [entry(0, 'other')]));
  });

  it('a second hub with another history, after the first was copied', async () => {
    const other = new TestLog(
      'liar',
      Array.from({ length: 299 }, (_, i) => entry(i, 'other')),
    );
    await expect(mirror(honest('hub', 300), other)).rejects.toMatchObject({
      code: 'fork',
      message: expect.stringMatching(/^liar shows another history/) as string,
    });
    expect((await mirror(honest('hub', 300))).sizeBefore).toBe(300);
  });

  it('entries that are not those of the checkpoint', async () => {
    const log = honest('hub', 700);
    const lying = honest('hub', 700);
    lying.entries = async (tile) =>
      (await log.entries(tile)).map((one, i) => (i === 7 ? entry(1, 'false') : one));
    await refused('bad-entries', /hub/, lying);
    await mirror(honest('hub', 300));
    await refused('bad-entries', /hub/, lying);
    lying.entries = () => Promise.reject(new ProtocolError('tile', 'the bundle ends within a length'));
    await refused('bad-entries', /hub/, lying);
  });

  it('hashes that are not those of the entries', async () => {
    const log = honest('hub', 700);
    const lying = honest('hub', 700);
    lying.hashes = async (tile) => Buffer.from(await log.hashes(tile)).fill(1, 0, 32);
    await refused(
      'bad-entries',
      /hub serves hashes in tile\/0\/000 that are not those of its entries/,
      lying,
    );
  });

  it('another log, what is no checkpoint, and what the caller does not accept', async () => {
    await mirror(honest('hub', 10));
    const other = honest('hub', 12);
    const note = await other.checkpoint();
    other.checkpoint = async () => note.replace(ORIGIN, 'another.example');
    await refused('checkpoint-not-accepted', /^hub has another log/, other);
    other.checkpoint = async () => 'nothing';
    await refused('checkpoint-not-accepted', /^the checkpoint of hub is none/, other);
    const accept = (): never => {
      throw new Error('unknown key');
    };
    await expect(
      mirrorLog({ folder: new FolderLog(folder), sources: [honest('hub', 12)], accept }),
    ).rejects.toMatchObject({ message: 'the checkpoint of hub is not accepted: unknown key' });
  });

  it('a folder that was damaged', async () => {
    await mirror(honest('hub', 700));
    const copy = join(parent, 'copy');
    cpSync(folder, copy, { recursive: true });
    for (const path of ['tile/0/002.p/188', 'tile/1/000.p/2', 'tile/entries/002.p/188']) {
      rmSync(folder, { recursive: true });
      cpSync(copy, folder, { recursive: true });
      const bytes = readFileSync(join(folder, path));
      writeFileSync(join(folder, path), bytes.with(40, 255 - (bytes[40] ?? 0)));
      await refused('corrupt', /mirror/, honest('hub', 900));
      rmSync(join(folder, path));
      await refused('corrupt', /mirror/, honest('hub', 900));
    }
  });
});
