import { inspect } from 'node:util';
import { freshDatabase } from '@besure/testing';
import type { PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coreMigrations } from './core-migrations.js';
import { openDataSource } from './data-source.js';
import type { NewEvent, StoredEvent } from './event.js';
import type { AppendedEvent } from './fresh-events.js';
import { EVENT_BYTES_LIMIT, EventStore } from './event-store.js';
import { migrate } from './migrate.js';
import type { Tx } from './transaction.js';

const schema = 'shop';
let url: string;
const opened: DataSource[] = [];

async function open(): Promise<EventStore> {
  const dataSource = await openDataSource({ url, schema });
  opened.push(dataSource);
  return new EventStore({ dataSource, schema });
}

function event(stream: string, expectedVersion: number | 'any', data: NewEvent['data'] = {}): NewEvent {
  return { stream, expectedVersion, type: 'Happened', data };
}

async function everything(store: EventStore): Promise<StoredEvent[]> {
  return store.readAll(0, 100_000);
}

async function backendOf(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
  return row?.pid ?? 0;
}

/** Ends another session, as a crash of its process or an administrator would. */
async function terminate(pid: number): Promise<void> {
  await opened[0]?.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
}

beforeEach(async () => {
  ({ url } = await freshDatabase());
  await migrate({ url, schema, migrations: coreMigrations(schema) });
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
});

describe('append', () => {
  it('gives dense positions and versions, and stores what it was given', async () => {
    const store = await open();
    const results = await store.transaction((tx) =>
      store.append(tx, [
        { ...event('a', 0, { z: 1, a: ['ü', null, 1.5] }), attachment: Uint8Array.of(0, 1, 255) },
        event('b', 'any'),
        event('a', 1, 'second'),
      ]),
    );
    expect(results).toEqual([
      { ok: true, position: 1, version: 1 },
      { ok: true, position: 2, version: 1 },
      { ok: true, position: 3, version: 2 },
    ]);
    const stored = await everything(store);
    expect(
      stored.map(({ position, stream, version, type }) => ({ position, stream, version, type })),
    ).toEqual([
      { position: 1, stream: 'a', version: 1, type: 'Happened' },
      { position: 2, stream: 'b', version: 1, type: 'Happened' },
      { position: 3, stream: 'a', version: 2, type: 'Happened' },
    ]);
    expect(JSON.stringify(stored[0]?.data)).toBe('{"z":1,"a":["ü",null,1.5]}');
    expect(stored.map((one) => one.attachment)).toEqual([Uint8Array.of(0, 1, 255), null, null]);
    expect(stored[0]?.recordedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect((await store.readStream('a')).map((one) => one.data)).toEqual([
      { z: 1, a: ['ü', null, 1.5] },
      'second',
    ]);
    expect((await store.readStream('a', 2)).map((one) => one.version)).toEqual([2]);
    expect(await store.head()).toBe(3);
  });

  it('answers conflicts without touching the neighbours and without a gap', async () => {
    const store = await open();
    await store.transaction((tx) => store.append(tx, [event('a', 0)]));
    const results = await store.transaction((tx) =>
      store.append(tx, [
        event('b', 0),
        event('a', 0),
        event('c', 3),
        event('b', 0),
        event('b', 1),
        event('a', 'any'),
      ]),
    );
    expect(results).toEqual([
      { ok: true, position: 2, version: 1 },
      { ok: false, code: 'version-conflict', actual: 1 },
      { ok: false, code: 'version-conflict', actual: 0 },
      { ok: false, code: 'version-conflict', actual: 1 },
      { ok: true, position: 3, version: 2 },
      { ok: true, position: 4, version: 2 },
    ]);
    expect((await everything(store)).map((one) => one.position)).toEqual([1, 2, 3, 4]);
  });

  it('a group of conflicts alone changes nothing', async () => {
    const store = await open();
    const results = await store.transaction((tx) => store.append(tx, [event('a', 7)]));
    expect(results).toEqual([{ ok: false, code: 'version-conflict', actual: 0 }]);
    expect(await store.head()).toBe(0);
  });

  it('several appends in one transaction go on from each other', async () => {
    const store = await open();
    await store.transaction(async (tx) => {
      expect(await store.append(tx, [event('a', 0)])).toEqual([{ ok: true, position: 1, version: 1 }]);
      expect(await store.append(tx, [])).toEqual([]);
      expect(await store.append(tx, [event('a', 1)])).toEqual([{ ok: true, position: 2, version: 2 }]);
    });
    expect(await store.head()).toBe(2);
  });

  it('leaves no gap where a transaction failed', async () => {
    const store = await open();
    const failing = store.transaction(async (tx) => {
      await store.append(tx, [event('a', 0), event('a', 1)]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await store.transaction((tx) => store.append(tx, [event('a', 0)]))).toEqual([
      { ok: true, position: 1, version: 1 },
    ]);
  });

  it.each([
    ['an empty stream name', event('', 0)],
    ['NUL in a name', event('a\0', 0)],
    ['a negative version', event('a', -1)],
    ['data that is no JSON', { ...event('a', 0), data: undefined as unknown as null }],
    ['more than a message carries', { ...event('a', 0), attachment: new Uint8Array(EVENT_BYTES_LIMIT) }],
  ])('refuses %s before anything is stored', async (_name, bad) => {
    const store = await open();
    const appending = store.transaction((tx) => store.append(tx, [event('good', 0), bad]));
    await expect(appending).rejects.toMatchObject({ code: 'bad-event' });
    expect(await store.head()).toBe(0);
  });

  it('stores text that PostgreSQL finds difficult', async () => {
    const store = await open();
    const data = { nul: '\0', surrogate: '\ud800', quote: `"{},\\'`, null: 'NULL' };
    await store.transaction((tx) => store.append(tx, [{ ...event('{"a",\\b}', 0, data), type: 'NULL' }]));
    const [stored] = await everything(store);
    expect(stored).toMatchObject({ stream: '{"a",\\b}', type: 'NULL', data });
  });
});

describe('reading', () => {
  it('keeps to the limits of number and bytes, and always gives at least one', async () => {
    const store = await open();
    const attachment = new Uint8Array(1_000);
    const events = [1, 2, 3, 4, 5].map(() => ({ ...event('a', 'any'), attachment }));
    await store.transaction((tx) => store.append(tx, events));
    expect((await store.readAll(1, 2)).map((one) => one.position)).toEqual([2, 3]);
    expect((await store.readAll(0, 100, 2_500)).map((one) => one.position)).toEqual([1, 2]);
    expect((await store.readAll(3, 100, 10)).map((one) => one.position)).toEqual([4]);
    expect(await store.readAll(5, 100)).toEqual([]);
  });

  it('erased attachments are gone, their events stay', async () => {
    const store = await open();
    const attachment = Uint8Array.of(1);
    const events = [1, 2, 3, 4].map(() => ({ ...event('a', 'any'), attachment }));
    await store.transaction((tx) => store.append(tx, events));
    expect(await store.transaction((tx) => store.eraseAttachments(tx, [4, 9]))).toBe(1);
    expect(await store.transaction((tx) => store.eraseAttachmentsBelow(tx, 3))).toBe(2);
    expect((await everything(store)).map((one) => one.attachment)).toEqual([null, null, attachment, null]);
  });

  it('keeps no more than is worth it of what it will tell after the commit: that was all of a slot once', async () => {
    const store = await open();
    const attachment = new Uint8Array(500_000);
    const told: AppendedEvent[][] = [];
    store.onAppended((appended) => told.push([...appended]));
    await store.transaction(async (tx) => {
      for (let at = 0; at < 20; at += 1) await store.append(tx, [{ ...event('large', at), attachment }]);
    });
    await store.transaction((tx) => store.append(tx, [{ ...event('large', 20), attachment }]));
    expect(told.map((one) => one.length)).toEqual([0, 1]);
  });

  it('wakes after a commit that appended, and only then', async () => {
    const store = await open();
    let woken = 0;
    const unsubscribe = store.onAppended(() => (woken += 1));
    await store.transaction((tx) => tx.query('SELECT 1'));
    await store.transaction(async (tx) => {
      await store.append(tx, [event('a', 0)]);
      expect(woken).toBe(0);
    });
    expect(woken).toBe(1);
    unsubscribe();
    await store.transaction((tx) => store.append(tx, [event('a', 1)]));
    expect(woken).toBe(1);
  });
});

describe('an attempt within a transaction', () => {
  it('that fails leaves nothing, and nobody is told of what it appended', async () => {
    const store = await open();
    const told: AppendedEvent[] = [];
    store.onAppended((appended) => told.push(...appended));
    await store.transaction(async (tx) => {
      await store.append(tx, [event('before', 0)]);
      const failing = store.attempt(tx, async () => {
        await store.append(tx, [event('undone', 0), event('undone', 1)]);
        throw new Error('after all not');
      });
      await expect(failing).rejects.toThrow('after all not');
      await store.append(tx, [event('after', 0)]);
      expect(await store.attempt(tx, () => store.append(tx, [event('good', 0)]))).toMatchObject([
        { position: 3 },
      ]);
    });
    const stored = await everything(store);
    expect(stored.map(({ stream }) => stream)).toEqual(['before', 'after', 'good']);
    for (const one of told) expect(one.event).toEqual(stored[one.event.position - 1]);
  });

  it('that lost its connection is the transaction’s failure, and that runs again', async () => {
    const store = await open();
    let runs = 0;
    await store.transaction(async (tx) => {
      runs += 1;
      await store.attempt(tx, async () => {
        if (runs === 1) await terminate(await backendOf(tx));
        await store.append(tx, [event('once', 0)]);
      });
    });
    expect(runs).toBe(2);
    expect((await everything(store)).map(({ stream }) => stream)).toEqual(['once']);
  });
});

describe('many writers', () => {
  it('lose and double nothing, and a reader beside them never sees a hole', async () => {
    const writers = await Promise.all([open(), open(), open(), open()]);
    const total = 4 * 20 * 5;
    const written = Promise.all(
      writers.flatMap((store, writer) =>
        Array.from({ length: 20 }, (_, group) =>
          store.transaction((tx) =>
            store.append(
              tx,
              Array.from({ length: 5 }, (_unused, index) =>
                event(`shared-${index}`, 'any', { writer, group, index }),
              ),
            ),
          ),
        ),
      ),
    );
    const seen: StoredEvent[] = [];
    const reader = await open();
    while (seen.length < total) {
      const more = await reader.readAll(seen.length, 17);
      expect(more.map((one) => one.position)).toEqual(more.map((_, index) => seen.length + index + 1));
      seen.push(...more);
    }
    const results = (await written).flat();
    expect(new Set(results.map((result) => result.ok && result.position)).size).toBe(total);
    expect(new Set(seen.map((one) => JSON.stringify(one.data))).size).toBe(total);
    const versions = await reader.readStream('shared-3');
    expect(versions.map((one) => one.version)).toEqual(versions.map((_, index) => index + 1));
  });

  it('of those who expect the same version exactly one wins', async () => {
    const stores = await Promise.all([open(), open(), open()]);
    for (let version = 0; version < 10; version += 1) {
      const results = await Promise.all(
        stores.map((store) => store.transaction((tx) => store.append(tx, [event('lease', version)]))),
      );
      expect(results.flat().filter((result) => result.ok)).toHaveLength(1);
    }
    expect(await stores[0]?.head()).toBe(10);
  });
});

describe('faults', () => {
  it('a connection that is cut after the append: the work runs again, one effect', async () => {
    await open();
    const store = await open();
    let runs = 0;
    await store.transaction(async (tx) => {
      runs += 1;
      await store.append(tx, [event('a', 0)]);
      if (runs === 1) await terminate(await backendOf(tx));
    });
    expect(runs).toBe(2);
    expect((await everything(store)).map((one) => [one.position, one.version])).toEqual([[1, 1]]);
  });

  it('a writer that dies while it holds the counter sets the next one free, without a gap', async () => {
    await open();
    const dying = await open();
    const other = await open();
    const holds = Promise.withResolvers<number>();
    const held = dying.transaction(async (tx) => {
      await dying.append(tx, [event('dead', 0)]);
      holds.resolve(await backendOf(tx));
      await tx.query('SELECT pg_sleep(30)');
      throw new Error('must not come here');
    });
    const died = held.catch(() => 'died');
    const pid = await holds.promise;
    const next = other.transaction((tx) => other.append(tx, [event('alive', 0)]));
    await opened[1]?.destroy();
    opened.splice(1, 1);
    await terminate(pid);
    expect(await next).toEqual([{ ok: true, position: 1, version: 1 }]);
    expect(await died).toBe('died');
    expect((await everything(other)).map((one) => one.stream)).toEqual(['alive']);
  });

  it.each([
    ['before the commit took effect', false],
    ['after the commit took effect', true],
  ])('a connection that breaks during COMMIT, %s, is an unknown outcome', async (_name, persisted) => {
    await open();
    const store = await open();
    const committing = store.transaction(async (tx) => {
      await store.append(tx, [event('a', 0)]);
      const pid = await backendOf(tx);
      const client = (await tx.queryRunner?.connect()) as PoolClient;
      const query = client.query.bind(client) as (text: string, ...rest: unknown[]) => Promise<unknown>;
      const breaking = async (text: string, ...rest: unknown[]) => {
        if (text !== 'COMMIT') return query(text, ...rest);
        if (persisted) await query(text);
        await terminate(pid);
        return query(text);
      };
      Object.assign(client, { query: breaking });
    });
    await expect(committing).rejects.toMatchObject({ code: 'commit-unknown', retryable: true });
    expect(await store.head()).toBe(persisted ? 1 : 0);
    // The expected version tells the caller which it was.
    const [again] = await store.transaction((tx) => store.append(tx, [event('a', 0)]));
    expect(again?.ok).toBe(!persisted);
  });

  it('an error that the work hides does not pass for a commit', async () => {
    const store = await open();
    const hiding = store.transaction(async (tx) => {
      await store.append(tx, [event('a', 0)]);
      await tx.query('SELECT nonsense').catch(() => {});
    });
    await expect(hiding).rejects.toMatchObject({ code: 'transaction-aborted' });
    expect(await store.head()).toBe(0);
  });

  it('a deadlock is solved by running one of the two again', async () => {
    const store = await open();
    await opened[0]?.query('CREATE TABLE shop.lamp (name text PRIMARY KEY, switched int NOT NULL)');
    await opened[0]?.query("INSERT INTO shop.lamp VALUES ('left', 0), ('right', 0)");
    const one = Promise.withResolvers<void>();
    const other = Promise.withResolvers<void>();
    const both = Promise.all([one.promise, other.promise]);
    const switchLamps = (first: string, second: string, holds: () => void) =>
      store.transaction(async (tx) => {
        await tx.query('UPDATE lamp SET switched = switched + 1 WHERE name = $1', [first]);
        holds();
        await both;
        await tx.query('UPDATE lamp SET switched = switched + 1 WHERE name = $1', [second]);
      });
    await Promise.all([
      switchLamps('left', 'right', one.resolve),
      switchLamps('right', 'left', other.resolve),
    ]);
    const lamps: unknown = await opened[0]?.query('SELECT name, switched FROM shop.lamp ORDER BY name');
    expect(lamps).toEqual([
      { name: 'left', switched: 2 },
      { name: 'right', switched: 2 },
    ]);
  });

  it('errors do not carry the values that were to be stored', async () => {
    const store = await open();
    const secret = 'BE0123456789';
    const insert = () =>
      store.transaction((tx) =>
        tx.query(
          "INSERT INTO shop.event (position, stream, version, type, data) VALUES (1, $1, 1, 't', '1')",
          [secret],
        ),
      );
    await insert();
    const error: unknown = await insert().then(
      () => null,
      (caught: unknown) => caught,
    );
    const everythingIn = inspect(error, { depth: null, showHidden: true });
    expect(everythingIn).toContain('duplicate key');
    expect(everythingIn).not.toContain(secret);
  });
});
