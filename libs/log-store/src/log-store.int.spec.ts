import { EventStore, migrate, openDataSource } from '@besure/event-store';
import {
  emptyRoot,
  formatCheckpoint,
  formatSignatureLine,
  type KeptLine,
  leafHash,
  nodeHash,
  parseCheckpoint,
  parseEntryBundle,
  rootFromInclusionProof,
  u64be,
  verifyConsistency,
} from '@besure/protocol';
import { freshDatabase } from '@besure/testing';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logMigrations } from './log-migrations.js';
import { LogStore } from './log-store.js';
import { sha256 } from './sha256.js';

const schema = 'hub';
const origin = 'log.example/proofs';
let dataSource: DataSource;
let store: EventStore;
let log: LogStore;

beforeEach(async () => {
  const { url } = await freshDatabase();
  await migrate({ url, schema, migrations: logMigrations(schema) });
  dataSource = await openDataSource({ url, schema });
  store = new EventStore({ dataSource, schema });
  log = new LogStore({ schema, log: 'proofs', origin });
});

afterEach(() => dataSource.destroy());

function entry(index: number): Uint8Array {
  return Buffer.from(`entry ${index}`);
}

function entries(from: number, to: number): Uint8Array[] {
  return Array.from({ length: to - from }, (_, i) => entry(from + i));
}

async function append(from: number, to: number): Promise<void> {
  await store.transaction((tx) => log.append(tx, entries(from, to)));
}

/** The root by the definition of RFC 9162 section 2.1.1, in the simplest way. */
function rootOf(list: readonly Uint8Array[]): Uint8Array {
  const [first] = list;
  if (first === undefined) return emptyRoot(sha256);
  if (list.length === 1) return leafHash(first, sha256);
  let split = 1;
  while (split * 2 < list.length) split *= 2;
  return nodeHash(rootOf(list.slice(0, split)), rootOf(list.slice(split)), sha256);
}

function hex(bytes: Uint8Array | null): string {
  return Buffer.from(bytes ?? []).toString('hex');
}

async function headNow(): Promise<{ size: number; root: string }> {
  const { size, root } = await log.head(dataSource);
  return { size, root: hex(root) };
}

function note(size: number, root: Uint8Array, ...signers: readonly string[]): string {
  const lines = signers.map((name) => formatSignatureLine(name, 1, new Uint8Array(64)));
  return formatCheckpoint({ origin, size, root }, lines);
}

describe('a log', () => {
  it('is empty at first', async () => {
    expect(await headNow()).toEqual({ size: 0, root: hex(emptyRoot(sha256)) });
    expect(hex(await log.root(dataSource, 0))).toBe(hex(emptyRoot(sha256)));
    expect(await log.latestCheckpoint(dataSource)).toBeNull();
    expect(await log.checkpointCovering(dataSource, 0)).toBeNull();
    expect(await log.readTile(dataSource, { level: 0, index: 0, width: 1 })).toBeNull();
  });

  it('has the root of the definition at every size, however it grew', async () => {
    const cuts = [0, 1, 1, 2, 5, 8, 255, 256, 257, 600];
    for (const [i, from] of cuts.slice(0, -1).entries()) await append(from, cuts[i + 1] ?? from);
    expect(await headNow()).toEqual({ size: 600, root: hex(rootOf(entries(0, 600))) });
    for (const size of [1, 2, 3, 7, 8, 128, 255, 256, 257, 511, 512, 513, 599, 600]) {
      expect(hex(await log.root(dataSource, size))).toBe(hex(rootOf(entries(0, size))));
    }
  });

  it('proves inclusion and consistency', async () => {
    await append(0, 600);
    for (const [index, size] of [
      [0, 1],
      [0, 600],
      [255, 256],
      [256, 257],
      [300, 513],
      [599, 600],
    ] as const) {
      const proof = await log.inclusionProof(dataSource, index, size);
      const root = rootFromInclusionProof(leafHash(entry(index), sha256), index, size, proof, sha256);
      expect(hex(root)).toBe(hex(rootOf(entries(0, size))));
    }
    for (const [older, newer] of [
      [0, 5],
      [5, 5],
      [1, 600],
      [256, 600],
      [257, 513],
      [599, 600],
    ] as const) {
      const proof = await log.consistencyProof(dataSource, older, newer);
      const heads = [older, newer].map((size) => ({ size, root: rootOf(entries(0, size)) }));
      expect(() => verifyConsistency(heads[0] ?? head0, heads[1] ?? head0, proof, sha256)).not.toThrow();
    }
  });

  it('refuses sizes that it does not have', async () => {
    await append(0, 3);
    await expect(log.root(dataSource, 4)).rejects.toMatchObject({ code: 'out-of-range' });
    await expect(log.inclusionProof(dataSource, 1, 4)).rejects.toMatchObject({ code: 'out-of-range' });
    await expect(log.inclusionProof(dataSource, 3, 3)).rejects.toMatchObject({ code: 'merkle' });
    await expect(log.consistencyProof(dataSource, 1, 4)).rejects.toMatchObject({ code: 'out-of-range' });
  });

  it('serves tiles and bundles, full and partial', async () => {
    await append(0, 300);
    const hashes = entries(0, 300).map((one) => leafHash(one, sha256));
    const tile = (index: number, width: number) => log.readTile(dataSource, { level: 0, index, width });
    expect(Buffer.from((await tile(0, 256)) ?? [])).toEqual(Buffer.concat(hashes.slice(0, 256)));
    expect(Buffer.from((await tile(1, 44)) ?? [])).toEqual(Buffer.concat(hashes.slice(256)));
    expect(Buffer.from((await tile(1, 10)) ?? [])).toEqual(Buffer.concat(hashes.slice(256, 266)));
    expect(await tile(1, 45)).toBeNull();
    const upper = await log.readTile(dataSource, { level: 1, index: 0, width: 1 });
    expect(Buffer.from(upper ?? [])).toEqual(Buffer.from(rootOf(entries(0, 256))));
    const bundle = await log.readTile(dataSource, { level: 'entries', index: 1, width: 44 });
    expect(parseEntryBundle(bundle ?? new Uint8Array(), 44).map(String)).toEqual(
      entries(256, 300).map((one) => String(new Uint8Array(one))),
    );
    expect(await log.readTile(dataSource, { level: 'entries', index: 1, width: 45 })).toBeNull();
  });

  it('reads entries by range', async () => {
    await append(0, 10);
    expect((await log.readEntries(dataSource, 3, 5)).map((one) => Buffer.from(one))).toEqual(entries(3, 5));
    expect(await log.readEntries(dataSource, 10, 20)).toEqual([]);
  });

  it('keeps logs of one schema apart', async () => {
    await append(0, 3);
    const other = new LogStore({ schema, log: 'rights', origin: 'log.example/rights' });
    await store.transaction((tx) => other.append(tx, entries(7, 8)));
    expect((await other.head(dataSource)).size).toBe(1);
    expect((await log.head(dataSource)).size).toBe(3);
  });

  it('writers from several connections wait for each other', async () => {
    const writers = Array.from({ length: 8 }, (_, i) => append(i, i + 1));
    await Promise.all(writers);
    const stored = await log.readEntries(dataSource, 0, 100);
    expect(stored.map((one) => Buffer.from(one).toString()).toSorted()).toEqual(
      entries(0, 8).map((one) => Buffer.from(one).toString()),
    );
    expect(await headNow()).toEqual({ size: 8, root: hex(rootOf(stored)) });
  });

  it('leaves nothing of an append that was rolled back', async () => {
    await append(0, 2);
    const failing = store.transaction(async (tx) => {
      await log.append(tx, entries(2, 300));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect((await log.head(dataSource)).size).toBe(2);
    expect(await log.readTile(dataSource, { level: 0, index: 0, width: 3 })).toBeNull();
    await append(2, 3);
    expect(await headNow()).toEqual({ size: 3, root: hex(rootOf(entries(0, 3))) });
  });
});

const head0 = { size: 0, root: new Uint8Array() };

describe('checkpoints', () => {
  it('the latest, and the first that covers an entry', async () => {
    await append(0, 10);
    for (const size of [2, 5, 10]) {
      await store.transaction((tx) => log.saveCheckpoint(tx, note(size, rootOf(entries(0, size)), 'hub')));
    }
    const sizeOf = (text: string | null) => (text === null ? null : parseCheckpoint(text).size);
    expect(sizeOf(await log.latestCheckpoint(dataSource))).toBe(10);
    const covering = [0, 1, 2, 4, 5, 9, 10].map(async (index) =>
      sizeOf(await log.checkpointCovering(dataSource, index)),
    );
    expect(await Promise.all(covering)).toEqual([2, 2, 5, 5, 10, 10, null]);
  });

  it('merges signatures of the same size, and merging again changes nothing', async () => {
    await append(0, 1);
    const root = rootOf(entries(0, 1));
    const save = (...signers: string[]) =>
      store.transaction((tx) => log.saveCheckpoint(tx, note(1, root, ...signers)));
    expect(await save('hub')).toMatchObject({ added: 1, isNewlyPublished: true });
    const merged = await save('hub', 'witness');
    expect(merged).toMatchObject({ added: 1, isNewlyPublished: false });
    expect(parseCheckpoint(merged.note).signatures.map((signature) => signature.name)).toEqual([
      'hub',
      'witness',
    ]);
    expect(await save('hub', 'witness')).toEqual({ ...merged, added: 0 });
    expect(await log.latestCheckpoint(dataSource)).toBe(merged.note);
  });

  it.each<[KeptLine, number[]]>([
    ['earliest', [20, 10, 10]],
    ['latest', [20, 20, 30]],
  ])('keep the %s line of a key, whenever it comes', async (keptLine, kept) => {
    const keeping = new LogStore({ schema, log: 'proofs', origin: log.origin, keptLine });
    await append(0, 1);
    const body = { origin: log.origin, size: 1, root: rootOf(entries(0, 1)) };
    const signed = (time: number): string =>
      formatCheckpoint(body, [
        formatSignatureLine('hub', 1, Buffer.concat([u64be(time), new Uint8Array(64)])),
      ]);
    for (const [i, time] of [20, 10, 30].entries()) {
      await store.transaction((tx) => keeping.saveCheckpoint(tx, signed(time)));
      expect(await keeping.latestCheckpoint(dataSource)).toBe(signed(kept[i]!));
    }
  });

  it('are published once their signatures suffice, and gather more before and after', async () => {
    await append(0, 30);
    const save = (size: number, ...signers: string[]) =>
      store.transaction((tx) =>
        log.saveCheckpoint(
          tx,
          note(size, rootOf(entries(0, size)), ...signers),
          (merged) => parseCheckpoint(merged).signatures.length >= 2,
        ),
      );
    const sizes = (notes: readonly (string | null)[]) =>
      notes.map((text) => (text === null ? null : parseCheckpoint(text).size));
    const pending = async (most = 16) => sizes(await log.pendingCheckpoints(dataSource, most));
    expect(await pending()).toEqual([]);
    for (const size of [5, 10, 20])
      expect(await save(size, 'hub')).toMatchObject({ isNewlyPublished: false });
    expect(await log.latestCheckpoint(dataSource)).toBeNull();
    expect(await log.checkpointCovering(dataSource, 0)).toBeNull();
    expect(await pending()).toEqual([5, 10, 20]);
    expect(await pending(2)).toEqual([10, 20]);

    expect(await save(10, 'hub', 'a')).toMatchObject({ added: 1, isNewlyPublished: true });
    expect(await pending()).toEqual([10, 20]);
    expect(await save(10, 'hub', 'a', 'b')).toMatchObject({ added: 1, isNewlyPublished: false });
    const found = [
      await log.latestCheckpoint(dataSource),
      await log.checkpointCovering(dataSource, 0),
      await log.checkpointAt(dataSource, 20),
      await log.checkpointAt(dataSource, 21),
    ];
    expect(sizes(found)).toEqual([10, 10, 20, null]);
    expect(sizes(await log.newestCheckpoints(dataSource, 2))).toEqual([20, 10]);
    // Writers of one size wait for each other: no signature is lost.
    await Promise.all(['c', 'd', 'e', 'f'].map((name) => save(20, 'hub', name)));
    const names = parseCheckpoint((await log.checkpointAt(dataSource, 20)) ?? '').signatures;
    expect(names.map(({ name }) => name).toSorted()).toEqual(['c', 'd', 'e', 'f', 'hub']);
  });

  it('are forgotten but for the newest; the roots of their sizes are not', async () => {
    await append(0, 9);
    for (let size = 1; size <= 9; size += 1) {
      await store.transaction((tx) => log.saveCheckpoint(tx, note(size, rootOf(entries(0, size)), 'hub')));
    }
    await store.transaction((tx) => log.forgetCheckpoints(tx, 3));
    const kept = await log.newestCheckpoints(dataSource, 100);
    expect(kept.map((text) => parseCheckpoint(text).size)).toEqual([9, 8, 7]);
    await store.transaction((tx) => log.forgetCheckpoints(tx, 3));
    expect(await log.newestCheckpoints(dataSource, 100)).toEqual(kept);
    expect(hex(await log.root(dataSource, 2))).toBe(hex(rootOf(entries(0, 2))));
  });

  it('refuses another root for a size that it has, and the checkpoint of another log', async () => {
    await append(0, 2);
    const wrong = note(2, sha256(new Uint8Array(1)), 'hub');
    await expect(store.transaction((tx) => log.saveCheckpoint(tx, wrong))).rejects.toMatchObject({
      code: 'fork',
    });
    const other = note(2, rootOf(entries(0, 2)), 'hub').replace(origin, 'log.example/other');
    await expect(store.transaction((tx) => log.saveCheckpoint(tx, other))).rejects.toMatchObject({
      code: 'checkpoint-not-accepted',
    });
    expect(await log.latestCheckpoint(dataSource)).toBeNull();
  });
});
