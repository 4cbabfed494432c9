import { coreMigrations, EventStore, migrate, openDataSource } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import { logMigrations, LogStore } from '@besure/log-store';
import { encodeBase64, formatCheckpointText, type PublishedTimeStamp, utf8Encode } from '@besure/protocol';
import { freshDatabase } from '@besure/testing';
import { TEST_AUTHORITY } from '@besure/time-stamp/test-authority';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { archiveMigrations } from '../migrations.js';
import { TimeStampFollower } from './follow.js';
import { timeStampCovering } from './rows.js';
import type { TimeStampSource } from './source.js';

const SCHEMA = 'archive';
const ORIGIN = 'test.example/proofs';
const TIME = 1_795_348_800;
const CHARTER = {
  timeStampAuthorities: [
    { name: 'test', certificate: encodeBase64(TEST_AUTHORITY.root), from: 0, until: null },
  ],
} as unknown as Charter;

let dataSource: DataSource;
let store: EventStore;
let log: LogStore;

beforeEach(async () => {
  const { url } = await freshDatabase();
  await migrate({
    url,
    schema: SCHEMA,
    migrations: [...coreMigrations(SCHEMA), ...logMigrations(SCHEMA), ...archiveMigrations],
  });
  dataSource = await openDataSource({ url, schema: SCHEMA });
  store = new EventStore({ dataSource, schema: SCHEMA });
  log = new LogStore({ schema: SCHEMA, log: 'proofs', origin: ORIGIN });
});

afterEach(() => dataSource.destroy());

async function append(count: number): Promise<void> {
  await store.transaction((tx) =>
    log.append(
      tx,
      Array.from({ length: count }, (_, i) => utf8Encode(`entry ${i}`)),
    ),
  );
}

/** The checkpoint of this archive's own log. */
async function checkpointAt(size: number): Promise<string> {
  const root = await store.transaction((tx) => log.root(tx, size));
  return formatCheckpointText({ origin: ORIGIN, size, root });
}

/** A hub that serves tokens over these texts. */
class Hub implements TimeStampSource {
  readonly name: string;
  readonly asked: number[] = [];
  readonly #tokens = new Map<number, { readonly entry: PublishedTimeStamp; readonly token: Uint8Array }>();
  isDown = false;
  order: 'ascending' | 'descending' = 'ascending';

  constructor(name: string) {
    this.name = name;
  }

  stamp(size: number, checkpoint: string, time = TIME): void {
    const token = Uint8Array.from(TEST_AUTHORITY.stamp(utf8Encode(checkpoint), time));
    this.#tokens.set(size, { entry: { size, checkpoint, time }, token });
  }

  list(after: number): Promise<readonly PublishedTimeStamp[]> {
    if (this.isDown) return Promise.reject(new Error(`${this.name} is down`));
    const all = [...this.#tokens.values()].map(({ entry }) => entry).filter(({ size }) => size > after);
    const sorted = all.toSorted((a, b) => a.size - b.size);
    return Promise.resolve(this.order === 'ascending' ? sorted : sorted.toReversed());
  }

  token(size: number): Promise<Uint8Array> {
    this.asked.push(size);
    return Promise.resolve(this.#tokens.get(size)!.token);
  }
}

function follow(...sources: Hub[]): { follower: TimeStampFollower; refused: string[] } {
  const refused: string[] = [];
  const follower = new TimeStampFollower({
    charter: CHARTER,
    store,
    log,
    sources,
    onRefused: (source, all) =>
      refused.push(`${source} ${all.map(({ size, error }) => `${size} ${error.code}`).join(', ')}`),
  });
  return { follower, refused };
}

const covering = (leaf: number) => store.transaction((tx) => timeStampCovering(tx, leaf));

it('takes the tokens over its own checkpoints, and the first that covers a leaf is the one for it', async () => {
  await append(10);
  const hub = new Hub('hub');
  for (const size of [4, 8]) hub.stamp(size, await checkpointAt(size));
  const { follower, refused } = follow(hub);
  expect(await follower.round()).toBe(true);
  expect(await follower.round()).toBe(false);
  expect(refused).toEqual([]);
  expect(hub.asked).toEqual([4, 8]);
  const sizes = await Promise.all([0, 3, 4, 7, 8].map(async (leaf) => (await covering(leaf))?.size ?? null));
  expect(sizes).toEqual([4, 4, 8, 8, null]);
  expect((await covering(0))?.checkpoint).toBe(await checkpointAt(4));
});

it('waits with a token for what it has not followed yet', async () => {
  await append(10);
  const later = await checkpointAt(10);
  const { url } = await freshDatabase();
  const migrations = [...coreMigrations(SCHEMA), ...logMigrations(SCHEMA), ...archiveMigrations];
  await migrate({ url, schema: SCHEMA, migrations });
  const behind = await openDataSource({ url, schema: SCHEMA });
  try {
    store = new EventStore({ dataSource: behind, schema: SCHEMA });
    const hub = new Hub('hub');
    hub.stamp(10, later);
    const { follower } = follow(hub);
    expect(await follower.round()).toBe(false);
    expect(hub.asked).toEqual([]);
    await append(10);
    await follower.round();
    expect((await covering(9))?.checkpoint).toBe(later);
  } finally {
    await behind.destroy();
  }
});

it('refuses a token over another log, and goes on', async () => {
  await append(10);
  const hub = new Hub('hub');
  hub.stamp(4, (await checkpointAt(4)).replace(ORIGIN, 'other.example/proofs'));
  hub.stamp(5, (await checkpointAt(6)).replace('\n6\n', '\n5\n'));
  hub.stamp(6, await checkpointAt(6));
  const { follower, refused } = follow(hub);
  await follower.round();
  expect(refused).toEqual(['hub 4 imprint, 5 imprint']);
  expect((await covering(0))?.size).toBe(6);
});

it('takes of two hubs what both have, the earlier one over the same checkpoint', async () => {
  await append(10);
  const [one, two] = [new Hub('one'), new Hub('two')];
  one.stamp(4, await checkpointAt(4), TIME + 9);
  two.stamp(4, await checkpointAt(4), TIME);
  two.stamp(9, await checkpointAt(9));
  one.isDown = true;
  const { follower } = follow(one, two);
  await expect(follower.round()).rejects.toThrow('one is down');
  const early = await covering(0);
  one.isDown = false;
  // It failed, and is left out once.
  await follower.round();
  expect(one.asked).toEqual([]);
  await follower.round();
  expect(one.asked).toEqual([4]);
  expect(await covering(0)).toEqual(early);
  expect((await covering(8))?.size).toBe(9);
});

it('takes so many of one hub in a round, says once what does not count, and lets it rest then', async () => {
  await append(100);
  const [liar, honest] = [new Hub('liar'), new Hub('honest')];
  for (let size = 1; size <= 100; size += 1) liar.stamp(size, 'another log');
  honest.stamp(50, await checkpointAt(50));
  const { follower, refused } = follow(liar, honest);
  expect(await follower.round()).toBe(true);
  expect(liar.asked).toHaveLength(32);
  expect(refused).toHaveLength(1);
  expect((await covering(0))?.size).toBe(50);
  honest.stamp(60, await checkpointAt(60));
  await follower.round();
  expect(liar.asked).toHaveLength(32);
  expect((await covering(50))?.size).toBe(60);
  await follower.round();
  expect(liar.asked).toHaveLength(64);
  expect(refused).toHaveLength(2);
  for (let i = 0; i < 2; i += 1) await follower.round();
  expect(liar.asked).toHaveLength(64);
});

it('does not run in circles in a list out of order', async () => {
  await append(10);
  const hub = new Hub('hub');
  for (const size of [4, 8]) hub.stamp(size, await checkpointAt(size));
  hub.order = 'descending';
  await expect(follow(hub).follower.round()).rejects.toThrow('not ascending');
});
