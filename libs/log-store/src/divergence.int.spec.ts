import { EventStore, migrate, openDataSource } from '@besure/event-store';
import { leafHash, rootFromInclusionProof, type Tile, type TreeHead } from '@besure/protocol';
import { freshDatabase } from '@besure/testing';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDivergence } from './divergence.js';
import { logMigrations } from './log-migrations.js';
import type { LogSource } from './log-source.js';
import { LogStore } from './log-store.js';
import { sha256 } from './sha256.js';

const schema = 'witness';
let dataSource: DataSource;
let ours: LogStore;
let theirs: LogStore;
const reads: string[] = [];

/** Serves a stored log, and notes what is read. */
const source: LogSource = {
  name: 'hub',
  checkpoint: () => Promise.reject(new Error('not asked for')),
  async entries({ index, width }) {
    reads.push(`entries ${index}`);
    return theirs.readEntries(dataSource, index * 256, index * 256 + width);
  },
  async hashes(tile: Tile) {
    reads.push(`${tile.level}/${tile.index}`);
    const bytes = await theirs.readTile(dataSource, tile);
    if (bytes === null) throw new Error('not there');
    return bytes;
  },
};

beforeEach(async () => {
  reads.length = 0;
  const { url } = await freshDatabase();
  await migrate({ url, schema, migrations: logMigrations(schema) });
  dataSource = await openDataSource({ url, schema });
  ours = new LogStore({ schema, log: 'ours', origin: 'log.example' });
  theirs = new LogStore({ schema, log: 'theirs', origin: 'log.example' });
});

afterEach(() => dataSource.destroy());

async function fill(log: LogStore, size: number, from = size): Promise<TreeHead> {
  const entries = Array.from({ length: size }, (_, i) =>
    Buffer.from(`${i < from ? '' : 'other '}entry ${i}`),
  );
  return new EventStore({ dataSource, schema }).transaction((tx) => log.append(tx, entries));
}

describe('two logs of one name', () => {
  it.each([
    [0, 1, 1],
    [0, 700, 700],
    [699, 700, 700],
    [256, 600, 700],
    [255, 700, 300],
    [511, 1000, 513],
  ])('part at entry %i, which both sides prove', async (at, ourSize, theirSize) => {
    const our = await fill(ours, ourSize);
    const their = await fill(theirs, theirSize, at);
    const found = await findDivergence(dataSource, ours, ourSize, source, their);
    expect(found).toMatchObject({ index: at });
    const rootOf = (size: number, { entry, proof }: { entry: Uint8Array; proof: readonly Uint8Array[] }) =>
      Buffer.from(rootFromInclusionProof(leafHash(entry, sha256), at, size, proof, sha256));
    expect(rootOf(ourSize, found!.ours)).toEqual(Buffer.from(our.root));
    expect(rootOf(theirSize, found!.theirs)).toEqual(Buffer.from(their.root));
    expect(Buffer.from(found!.theirs.entry).toString()).toBe(`other entry ${at}`);
    // Each tile is read once.
    expect(new Set(reads).size).toBe(reads.length);
  });

  it('do not part where one is a beginning of the other, nor where the tiles are not those of the checkpoint', async () => {
    await fill(ours, 300);
    const their = await fill(theirs, 290);
    expect(await findDivergence(dataSource, ours, 300, source, their)).toBeNull();
    const lie = { size: 290, root: sha256(Buffer.from('no such log')) };
    expect(await findDivergence(dataSource, ours, 300, source, lie)).toBeNull();
  });
});
