import { coreMigrations, migrate, openDataSource } from '@besure/event-store';
import { freshDatabase } from '@besure/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_ID, LAST_ID } from './event-id.js';
import { intakeMigrations } from './migrations.js';
import { readStatus } from './state-rows.js';
import { type Walk, type WalkedRow, walkQuery } from './walk.js';

const SCHEMA = 'intake';
const COUNT = 500;
const START = { event: FIRST_ID, hash: Buffer.alloc(0) };
const hex = (name: string): string => Buffer.from(name).toString('hex');
let database: DataSource;

/** 60,000 events: of them complete nearly all, the first ten and the last five not. */
beforeAll(async () => {
  const { url } = await freshDatabase();
  await migrate({ url, schema: SCHEMA, migrations: [...coreMigrations(SCHEMA), ...intakeMigrations] });
  database = await openDataSource({ url, schema: SCHEMA });
  await database.query(`
    CREATE TEMPORARY TABLE made AS
      SELECT n, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid AS event FROM generate_series(1, 60000) n`);
  await database.query(`
    INSERT INTO request (hash, content, event, source, message, name, name_key)
    SELECT sha256(n::text::bytea), '', event, 'common', ('message ' || n / 3)::bytea, '', '' FROM made`);
  await database.query(`
    INSERT INTO event_state (event, statement, accepted_at, prepared_at, countersigned_at, one_sided_at, record_at, discarded_at, erased_at)
    SELECT event, n, now(), CASE WHEN n > 5 THEN now() END, CASE WHEN n > 10 THEN now() END, CASE WHEN n % 30000 = 11 THEN now() END,
           CASE WHEN n = 59996 THEN now() END, CASE WHEN n = 59997 THEN now() END, CASE WHEN n = 59998 THEN now() END FROM made`);
  await database.query(`
    INSERT INTO evidence SELECT n, now(), now() FROM made WHERE n > 10`);
  await database.query('ANALYZE');
  // What is rare may not be among the rows that statistics are made of.
  await database.query(
    `UPDATE request SET source = 'rare' WHERE event IN (SELECT event FROM made WHERE n % 20000 = 0)`,
  );
});
afterAll(() => database.destroy());

interface Node {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}

/** How many rows a query reads from tables and indexes. */
function rowsRead(node: Node): number {
  const own = node['Node Type'].includes('Scan')
    ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
    : 0;
  return (node.Plans ?? []).reduce((sum, plan) => sum + rowsRead(plan), own);
}

describe('a walk', () => {
  it.each<[Walk, number]>([
    [{ along: 'all' }, COUNT],
    [{ along: 'message', hashes: [hex('message 7'), hex('message 9000'), hex('message x')] }, 6],
    [{ along: 'source', hashes: [hex('rare')] }, 3],
    [{ along: 'source', hashes: [hex('common'), hex('rare')] }, COUNT],
    [{ along: 'state', state: 'accepted' }, 5],
    [{ along: 'state', state: 'prepared' }, 5],
    [{ along: 'state', state: 'one-sided' }, 2],
    [{ along: 'state', state: 'record' }, 1],
    [{ along: 'state', state: 'discarded' }, 1],
    [{ along: 'state', state: 'erased' }, 1],
  ])('%j answers %s rows in order, and reads hardly more of 60,000', async (walk, count) => {
    const { sql, parameters } = walkQuery(walk, START, LAST_ID, COUNT);
    const rows = await database.query<WalkedRow[]>(sql, parameters);
    expect(rows).toHaveLength(count);
    const events = rows.map(({ event }) => event);
    expect(events).toEqual(events.toSorted());
    const [explained] = await database.query<{ 'QUERY PLAN': [{ Plan: Node }] }[]>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
      parameters,
    );
    expect(rowsRead(explained!['QUERY PLAN'][0].Plan)).toBeLessThanOrEqual(8 * COUNT);
  });

  it('goes on after a place, and ends before an event', async () => {
    const all = walkQuery({ along: 'all' }, START, LAST_ID, COUNT);
    const rows = await database.query<WalkedRow[]>(all.sql, all.parameters);
    const part = walkQuery({ along: 'all' }, rows[10]!, rows[20]!.event, COUNT);
    const some = await database.query<WalkedRow[]>(part.sql, part.parameters);
    expect(some.map(({ event }) => event)).toEqual(rows.slice(11, 20).map(({ event }) => event));
  });

  it('goes on where a release to come has added columns, as the status of one event does', async () => {
    const { sql, parameters } = walkQuery({ along: 'all' }, START, LAST_ID, 1);
    const ask = async (): Promise<unknown> => {
      const runner = database.createQueryRunner();
      try {
        // The same connection, which knows both statements by then.
        const walked = (await runner.query(sql, [...parameters])) as WalkedRow[];
        return [
          walked.map(({ event }) => event),
          await readStatus(runner, [walked[0]!.hash.toString('hex')]),
        ];
      } finally {
        await runner.release();
      }
    };
    const before = await ask();
    for (const table of ['event_state', 'evidence', 'request']) {
      await database.query(`ALTER TABLE ${table} ADD COLUMN of_tomorrow integer`);
    }
    expect(await ask()).toEqual(before);
  });
});
