import { freshDatabase, TcpProxy } from '@besure/testing';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { coreMigrations } from './core-migrations.js';
import { openDataSource } from './data-source.js';
import { EventStore } from './event-store.js';
import { migrate } from './migrate.js';
import { isDatabaseUnavailable } from './transaction.js';

let wire: TcpProxy;
let dataSource: DataSource;
let store: EventStore;

beforeEach(async () => {
  const { url } = await freshDatabase();
  await migrate({ url, schema: 'quiet', migrations: coreMigrations('quiet') });
  wire = await TcpProxy.start(Number(new URL(url).port));
  const routed = new URL(url);
  routed.port = String(wire.port);
  dataSource = await openDataSource({ url: routed.href, schema: 'quiet', poolSize: 1, silenceMillis: 300 });
  store = new EventStore({ dataSource, schema: 'quiet' });
});
afterEach(async () => {
  await dataSource.destroy();
  await wire.close();
});

it('a connection that died without a word is given up, and the work is done on another one', async () => {
  let attempts = 0;
  const answer = await store.transaction(async (tx) => {
    attempts += 1;
    if (attempts === 1) {
      wire.set('silent');
      wire.set('open');
    }
    return tx.query<{ one: number }[]>('SELECT 1 AS one');
  });
  expect([answer, attempts]).toEqual([[{ one: 1 }], 2]);
});

it('of a commit whose answer was lost without a word it is said that it is not known', async () => {
  const event = { stream: 's', expectedVersion: 0, type: 'T', data: {} };
  const error: unknown = await store
    .transaction(async (tx) => {
      await store.append(tx, [event]);
      wire.set('deaf');
      wire.set('open');
    })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'commit-unknown' });
  expect(isDatabaseUnavailable(error)).toBe(true);
  expect(await store.head()).toBe(1);
});
