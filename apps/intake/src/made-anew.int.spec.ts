import { EventStore, coreMigrations, migrate, openDataSource, type StoredEvent } from '@besure/event-store';
import { freshDatabase } from '@besure/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intakeMigrations } from './migrations.js';
import { readers } from './readers.js';

const SCHEMA = 'intake';
const [ONE, TWO, THREE] = [1, 2, 3].map((n) => `00000000-0000-7000-8000-00000000000${n}`) as [
  string,
  string,
  string,
];
const [OLD, NEW, OTHER] = ['X', 'Y', 'Z'].map((letter) => `${letter}${'A'.repeat(42)}`) as [
  string,
  string,
  string,
];
let database: DataSource;
let store: EventStore;
let position = 0;

beforeAll(async () => {
  const { url } = await freshDatabase();
  await migrate({ url, schema: SCHEMA, migrations: [...coreMigrations(SCHEMA), ...intakeMigrations] });
  database = await openDataSource({ url, schema: SCHEMA });
  store = new EventStore({ dataSource: database, schema: SCHEMA });
  await database.query(
    'INSERT INTO event_state (event, accepted_at) SELECT e, now() FROM unnest($1::uuid[]) AS e',
    [[ONE, TWO, THREE]],
  );
});

afterAll(() => database.destroy());

/** What proof tells, in one batch. */
function told(...said: [type: string, entries: object[]][]): Promise<void> {
  const events = said.map(([type, entries]) => {
    position += 1;
    const recordedAt = new Date(1_795_000_000_000 + position).toISOString();
    return { position, stream: 's', version: 1, type, data: { entries }, attachment: null, recordedAt };
  }) as unknown as StoredEvent[];
  return store.transaction((tx) => readers[0]!.handler(tx, events));
}

async function shown(): Promise<unknown[]> {
  return database.query(
    `SELECT statement, disputed, why, prepared_at IS NOT NULL AS prepared, countersigned_at IS NOT NULL AS countersigned,
            one_sided_at IS NOT NULL AS one_sided FROM event_state ORDER BY event`,
  );
}

const began = { disputed: false, why: null, prepared: true, countersigned: false, one_sided: false };

it('an event, and one that repeats it, begin from the start with a statement that was made anew', async () => {
  await told(
    [
      'StatementsPrepared',
      [
        { event: ONE, statement: OLD },
        { event: THREE, statement: OTHER },
      ],
    ],
    ['EventsRepeated', [{ event: TWO, statement: OLD }]],
    [
      'StatementsOneSided',
      [ONE, TWO].map((event) => ({ event, statement: OLD, disputed: true, why: 'disputed' })),
    ],
    ['StatementsCountersigned', [{ event: THREE, statement: OTHER }]],
  );
  const untouched = { ...began, statement: OTHER, countersigned: true };
  const before = { ...began, statement: OLD, disputed: true, why: 'disputed', one_sided: true };
  expect(await shown()).toEqual([before, before, untouched]);
  await told(
    ['StatementsMadeAnew', [{ event: ONE, statement: NEW, before: OLD }]],
    ['StatementsCountersigned', [{ event: ONE, statement: NEW }]],
  );
  expect(await shown()).toEqual([
    { ...began, statement: NEW, countersigned: true },
    { ...began, statement: NEW },
    untouched,
  ]);
});
