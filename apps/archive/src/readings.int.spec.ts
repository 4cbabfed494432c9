import { EventStore, coreMigrations, migrate, openDataSource } from '@besure/event-store';
import { logMigrations } from '@besure/log-store';
import type { Caller } from '@besure/service';
import { freshDatabase } from '@besure/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { archiveMigrations } from './migrations.js';
import { SCHEMA } from './parts.js';
import { noteReading, readReadings } from './readings.js';

const statement = 'A'.repeat(43);
let dataSource: DataSource;
let store: EventStore;

beforeAll(async () => {
  const { url } = await freshDatabase();
  const migrations = [...coreMigrations(SCHEMA), ...logMigrations(SCHEMA), ...archiveMigrations];
  await migrate({ url, schema: SCHEMA, migrations });
  dataSource = await openDataSource({ url, schema: SCHEMA });
  store = new EventStore({ dataSource, schema: SCHEMA });
});
afterAll(() => dataSource.destroy());

function caller(kind: Caller['credential']['kind'], value: string): Caller {
  return {
    credential: { kind, value },
    organisation: 'alpha',
    sources: [],
    scopes: ['evidence:read'],
    eventsPerSecond: null,
  };
}

it('tells by which token or by which certificate evidence was read', async () => {
  await store.transaction(async (tx) => {
    await noteReading(tx, caller('token', 'a'.repeat(64)), statement, ['event']);
    await noteReading(tx, caller('certificate', 'b'.repeat(64)), statement, []);
  });
  const readings = await store.transaction((tx) => readReadings(tx, { after: '0', statement }));
  expect(readings).toMatchObject([
    { token: 'a'.repeat(64), certificate: null, organisation: 'alpha', shown: ['event'] },
    { token: null, certificate: 'b'.repeat(64), organisation: 'alpha', shown: [] },
  ]);
});

it('holds no reading of nobody', async () => {
  const noting = store.transaction((tx) => noteReading(tx, caller('bus-user', 'office'), statement, []));
  await expect(noting).rejects.toThrow(/check constraint/);
});
