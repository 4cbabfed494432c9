import { type Migration, migrate } from '@besure/event-store';
import { TcpProxy, freshDatabase } from '@besure/testing';
import { afterEach, expect, it } from 'vitest';
import { Health } from '../health.js';
import { createLog } from '../log.js';
import { openDatabase } from './open-database.js';

const SCHEMA = 'shop';
const migrations: Migration[] = [{ name: 'shop-001', sql: 'CREATE TABLE sale (id text PRIMARY KEY)' }];
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A migrated database behind a wire that refuses, and a service that opens it; `waits` resolves when it has been refused. */
async function start(): Promise<{
  wire: TcpProxy;
  health: Health;
  waits: Promise<void>;
  stop: AbortController;
  opening: ReturnType<typeof openDatabase>;
}> {
  const database = await freshDatabase();
  closing.push(() => database.drop());
  await migrate({ url: database.url, schema: SCHEMA, migrations });
  const url = new URL(database.url);
  const wire = await TcpProxy.start(Number(url.port));
  closing.push(() => wire.close());
  wire.set('refused');
  url.hostname = '127.0.0.1';
  url.port = String(wire.port);
  const health = new Health();
  const stop = new AbortController();
  let refused = (): void => {};
  const waits = new Promise<void>((resolve) => (refused = resolve));
  const context = {
    health,
    log: createLog({ name: SCHEMA, stream: { write: () => refused() } }),
    onStop: (_name: string, close: () => Promise<void> | void) => void closing.push(async () => close()),
    starting: stop.signal,
  };
  return { wire, health, waits, stop, opening: openDatabase(context, url.href, SCHEMA, migrations) };
}

it('waits for a database that is away, and opens it when it is there', async () => {
  const { wire, health, waits, opening } = await start();
  await waits;
  wire.set('open');
  const dataSource = await opening;
  expect(await dataSource.query('SELECT count(*)::integer AS count FROM sale')).toEqual([{ count: 0 }]);
  expect(await health.ready()).toMatchObject({ ready: true });
});

it('waits no longer when the service is to stop', async () => {
  const { waits, stop, opening } = await start();
  await Promise.all([
    expect(opening).rejects.toMatchObject({ name: 'AbortError' }),
    waits.then(() => stop.abort()),
  ]);
});

it('waits for nothing where the schema lacks a migration', async () => {
  const database = await freshDatabase();
  closing.push(() => database.drop());
  const context = {
    health: new Health(),
    log: createLog({ name: SCHEMA, stream: { write: () => {} } }),
    onStop: () => {},
    starting: new AbortController().signal,
  };
  await expect(openDatabase(context, database.url, SCHEMA, migrations)).rejects.toMatchObject({
    code: 'not-migrated',
  });
});
