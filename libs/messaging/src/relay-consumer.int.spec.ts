import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Consumer, coreMigrations, EventStore, migrate, openDataSource, Relay } from '@besure/event-store';
import { freshDatabase, startNats, waitUntil, type Nats } from '@besure/testing';
import { connectBus, type Bus } from './bus.js';
import { JetStreamInlet } from './jetstream-inlet.js';
import { JetStreamOutlet } from './jetstream-outlet.js';

type DataSource = Awaited<ReturnType<typeof openDataSource>>;

let nats: Nats;
let folder = '';
let databaseUrl = '';
const sources: DataSource[] = [];
const buses: Bus[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besure-relay-'));
  nats = await startNats({ folder });
  databaseUrl = (await freshDatabase()).url;
});
afterAll(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  await Promise.all(sources.map((source) => source.destroy()));
  await nats.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function storeOf(schema: string): Promise<EventStore> {
  await migrate({ url: databaseUrl, schema, migrations: coreMigrations(schema) });
  const dataSource = await openDataSource({ url: databaseUrl, schema });
  sources.push(dataSource);
  return new EventStore({ dataSource, schema });
}

function bus(name: string): Bus {
  const made = connectBus({ url: nats.url, name });
  buses.push(made);
  return made;
}

const quick = { pollMillis: 200, backoff: { firstMillis: 20, largestMillis: 200 } };

test('every event has its effect once, in order, whatever happens to the server in between', async () => {
  const intake = await storeOf('intake');
  const proof = await storeOf('proof');
  await proof.transaction((tx) =>
    tx.query('CREATE TABLE effect (id bigserial PRIMARY KEY, position bigint UNIQUE, content bytea)'),
  );
  const relay = new Relay({
    store: intake,
    outlet: new JetStreamOutlet({ bus: bus('intake'), schema: 'intake', timeoutMillis: 1000 }),
    consumers: ['proof'],
    maxEvents: 7,
    ...quick,
  });
  const consumer = new Consumer({
    store: proof,
    source: 'intake',
    reads: { T: [] },
    inlet: new JetStreamInlet({ bus: bus('proof'), source: 'intake', consumer: 'proof', replayMillis: 1000 }),
    handler: async (tx, events) => {
      for (const { position, attachment } of events) {
        await tx.query('INSERT INTO effect (position, content) VALUES ($1, $2)', [position, attachment]);
      }
    },
    ...quick,
  });
  relay.start();
  await consumer.start();

  let appended = 0;
  const append = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= 10) {
      await intake.transaction((tx) =>
        intake.append(
          tx,
          Array.from({ length: Math.min(left, 10) }, () => {
            appended += 1;
            return {
              stream: `s-${appended}`,
              expectedVersion: 0,
              type: 'T',
              data: { n: appended },
              attachment: Buffer.from(`${appended}`),
            };
          }),
        ),
      );
    }
  };
  const settled = async (): Promise<void> => {
    await expect.poll(() => consumer.status().position, { timeout: 30_000, interval: 50 }).toBe(appended);
  };

  await append(100);
  await settled();
  // Killed while events are on their way.
  const during = append(200);
  await nats.kill();
  await during;
  nats = await startNats({ folder, port: nats.port });
  await append(50);
  await settled();
  // Everything on its disk lost, while events are on their way.
  const meanwhile = append(100);
  await nats.kill();
  rmSync(join(folder, 'jetstream'), { recursive: true, force: true });
  await meanwhile;
  nats = await startNats({ folder, port: nats.port });
  await append(50);
  await settled();
  // The stream deleted under a running server, without anybody being told.
  const connection = await bus('operator').waitForConnection(5000);
  await connection.request('$JS.API.STREAM.DELETE.INTAKE');
  await append(50);
  await settled();
  await expect.poll(() => relay.lowestCommitted(), { timeout: 10_000 }).toBe(appended);
  await consumer.stop();
  await relay.stop();

  const rows = await proof.transaction((tx) =>
    tx.query<{ position: string; content: Buffer }[]>('SELECT position, content FROM effect ORDER BY id'),
  );
  expect(rows.map((row) => Number(row.position))).toEqual(
    Array.from({ length: appended }, (_, index) => index + 1),
  );
  expect(rows.every((row) => row.content.toString() === row.position)).toBe(true);
});

test('a full stream is emptied of what was committed, and takes the rest', async () => {
  const full = await storeOf('letters');
  const reader = await storeOf('reader');
  await reader.transaction((tx) => tx.query('CREATE TABLE effect (position bigint PRIMARY KEY)'));
  const failures: unknown[] = [];
  const relay = new Relay({
    store: full,
    outlet: new JetStreamOutlet({ bus: bus('letters'), schema: 'letters', maxBytes: 200_000 }),
    consumers: ['reader'],
    maxEvents: 2,
    ...quick,
    onFailure: (error) => failures.push(error),
  });
  const consumer = new Consumer({
    store: reader,
    source: 'letters',
    reads: { Sent: [] },
    inlet: new JetStreamInlet({ bus: bus('reader'), source: 'letters', consumer: 'reader' }),
    handler: async (tx, events) => {
      const positions = events.map(({ position }) => position);
      await tx.query('INSERT INTO effect (position) SELECT * FROM unnest($1::bigint[])', [positions]);
    },
    ...quick,
    // What the stream does not bring, nothing brings.
    pollMillis: 3_600_000,
  });
  const events = Array.from({ length: 60 }, (_, at) => ({
    stream: `letter-${at}`,
    expectedVersion: 0,
    type: 'Sent',
    data: {},
    attachment: Buffer.alloc(10_000),
  }));
  await full.transaction((tx) => full.append(tx, events));
  relay.start();
  await waitUntil({ what: 'the stream to be full' }, () => (failures.length > 1 ? true : undefined));
  expect(failures).toContainEqual(expect.objectContaining({ code: 'pipe-full' }));
  expect(relay.status().lag).toBeGreaterThan(0);

  await consumer.start();
  await waitUntil({ what: 'all of it' }, () => (consumer.status().position === 60 ? true : undefined));
  expect(relay.status().position).toBe(60);
  const [row] = await reader.transaction((tx) =>
    tx.query<{ count: string }[]>('SELECT count(*) FROM effect'),
  );
  expect(Number(row?.count)).toBe(60);
  await consumer.stop();
  await relay.stop();
});
