import type { Fault, FaultPoint } from '@besure/fault-points';
import { installFaults } from '@besure/fault-points/install';
import { freshDatabase } from '@besure/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { coreMigrations } from './core-migrations.js';
import { openDataSource } from './data-source.js';
import { EventStore } from './event-store.js';
import { migrate } from './migrate.js';

type DataSource = Awaited<ReturnType<typeof openDataSource>>;

let dataSource: DataSource;
let store: EventStore;
let database: string;
let uninstall = (): void => {};
let points: FaultPoint[] = [];

beforeEach(async () => {
  const { url } = await freshDatabase();
  database = new URL(url).pathname.slice(1);
  await migrate({ url, schema: 'intake', migrations: coreMigrations('intake') });
  // One connection: whoever comes next gets the one whose commit went wrong, if anybody can.
  dataSource = await openDataSource({ url, schema: 'intake', poolSize: 1 });
  store = new EventStore({ dataSource, schema: 'intake' });
  points = [];
});

afterEach(async () => {
  uninstall();
  await dataSource.destroy();
});

const before =
  ({ lost }: FaultPoint): Fault =>
  () =>
    Promise.reject(lost());
const after =
  ({ lost }: FaultPoint): Fault =>
  async (effect) => {
    await effect();
    throw lost();
  };

function failOnce(fault: (point: FaultPoint) => Fault): void {
  uninstall = installFaults((point) => {
    points.push(point);
    return points.length === 1 ? fault(point) : null;
  });
}

async function append(): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.query('UPDATE consumer SET position = 1');
    await store.append(tx, [{ stream: 'a', expectedVersion: 'any', type: 'Happened', data: {} }]);
  });
}

it('tells at a commit what the transaction did', async () => {
  failOnce(() => (effect) => effect());
  await append();
  expect(points).toMatchObject([
    {
      adapter: 'commit',
      at: `${database}.intake`,
      target: 'intake',
      marks: [
        'wrote consumer',
        'appended Happened',
        'wrote intake.event',
        'wrote intake.attachment',
        'wrote intake.head',
      ],
    },
  ]);
});

it('has nothing and holds no lock where the connection broke before the commit took effect', async () => {
  failOnce(before);
  await expect(append()).rejects.toMatchObject({ code: 'commit-unknown' });
  expect(await store.head()).toBe(0);
  await append();
  expect(await store.head()).toBe(1);
});

it('has everything where the connection broke after the commit took effect, and says that it does not know', async () => {
  failOnce(after);
  await expect(append()).rejects.toMatchObject({ code: 'commit-unknown' });
  expect(await store.head()).toBe(1);
});
