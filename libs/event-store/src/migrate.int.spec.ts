import { freshDatabase } from '@besure/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { coreMigrations } from './core-migrations.js';
import { openDataSource } from './data-source.js';
import { assertMigrated, migrate } from './migrate.js';

const schema = 'shop';
const mine = { name: 'shop-001', sql: 'CREATE TABLE price (item text PRIMARY KEY, cents bigint NOT NULL)' };

describe('migrate', () => {
  let url: string;
  const core = coreMigrations(schema).map(({ name }) => name);

  beforeEach(async () => {
    ({ url } = await freshDatabase());
  });

  it('makes the schema, applies each migration once, and tells which', async () => {
    const migrations = [...coreMigrations(schema), mine];
    expect(await migrate({ url, schema, migrations })).toEqual([...core, 'shop-001']);
    expect(await migrate({ url, schema, migrations })).toEqual([]);
    const dataSource = await openDataSource({ url, schema });
    await assertMigrated(dataSource, schema, migrations);
    expect(await dataSource.query('SELECT * FROM price')).toEqual([]);
    await dataSource.destroy();
  });

  it('may be run by several at once', async () => {
    const migrations = [...coreMigrations(schema), mine];
    const runs = await Promise.all([1, 2, 3].map(() => migrate({ url, schema, migrations })));
    expect(runs.flat().toSorted()).toEqual([...core, 'shop-001']);
  });

  it('goes on where a failed run stopped, and a failed migration leaves nothing', async () => {
    const broken = { name: 'shop-002', sql: 'CREATE TABLE half (x int); SELECT nonsense' };
    await expect(migrate({ url, schema, migrations: [mine, broken] })).rejects.toThrow('nonsense');
    const repaired = { name: 'shop-002', sql: 'CREATE TABLE half (x int)' };
    expect(await migrate({ url, schema, migrations: [mine, repaired] })).toEqual(['shop-002']);
  });

  it('refuses a migration whose text is not the one that was applied', async () => {
    await migrate({ url, schema, migrations: [mine] });
    const changed = { ...mine, sql: `${mine.sql} ` };
    await expect(migrate({ url, schema, migrations: [changed] })).rejects.toMatchObject({
      code: 'migration-changed',
    });
  });

  it('a start notices what is missing, and that nothing is there at all', async () => {
    const dataSource = await openDataSource({ url, schema });
    await expect(assertMigrated(dataSource, schema, [mine])).rejects.toMatchObject({ code: 'not-migrated' });
    await migrate({ url, schema, migrations: [mine] });
    const next = { name: 'shop-002', sql: 'SELECT 1' };
    await expect(assertMigrated(dataSource, schema, [mine, next])).rejects.toThrow('lacks shop-002');
    await dataSource.destroy();
  });

  it('accepts a database that is ahead of the code', async () => {
    await migrate({ url, schema, migrations: [mine, { name: 'shop-002', sql: 'SELECT 1' }] });
    const dataSource = await openDataSource({ url, schema });
    await expect(assertMigrated(dataSource, schema, [mine])).resolves.toBeUndefined();
    await dataSource.destroy();
  });

  it('refuses a schema name that would need quoting', async () => {
    await expect(migrate({ url, schema: 'a"b', migrations: [] })).rejects.toMatchObject({
      code: 'bad-schema',
    });
  });
});
