import { createHash } from 'node:crypto';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { EventStoreError } from './error.js';
import { parseSchemaName } from './sql.js';

/** One step of a schema's history. Its text never changes once it was applied anywhere; unqualified names mean the service's schema. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** What to migrate, as a database user who may create. */
export interface MigrateOptions {
  readonly url: string;
  readonly schema: string;
  readonly migrations: readonly Migration[];
}

/** "besure" as a number: the name space of our advisory locks; the second key is the hash of the schema's name. */
const LOCK_SPACE = 0x6265_7375;

/**
 * Brings a schema up to date and answers the names of what was applied now. Several at once wait for each other. Each migration
 * commits alone, so an interrupted run goes on where it stopped. A command, never a side effect of starting.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const schema = parseSchemaName(options.schema);
  const client = new pg.Client({ connectionString: options.url, application_name: `${schema}-migrate` });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1, hashtext($2))', [LOCK_SPACE, schema]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${schema}.migration (
         name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const { rows } = await client.query<AppliedRow>(`SELECT name, sha256 FROM ${schema}.migration`);
    const pending = pendingMigrations(options.migrations, rows);
    for (const migration of pending) await apply(client, schema, migration);
    return pending.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

/** Throws `not-migrated` when the schema lacks something that this code needs. For a service's start. */
export async function assertMigrated(
  dataSource: DataSource,
  schema: string,
  migrations: readonly Migration[],
): Promise<void> {
  const name = `${parseSchemaName(schema)}.migration`;
  const [found] = await dataSource.query<{ exists: boolean }[]>(
    'SELECT to_regclass($1) IS NOT NULL AS exists',
    [name],
  );
  const rows =
    found?.exists === true ? await dataSource.query<AppliedRow[]>(`SELECT name, sha256 FROM ${name}`) : [];
  const pending = pendingMigrations(migrations, rows);
  if (pending.length > 0) {
    const names = pending.map((migration) => migration.name).join(', ');
    throw new EventStoreError('not-migrated', `schema ${schema} lacks ${names}: run the migrate command`);
  }
}

interface AppliedRow {
  readonly name: string;
  readonly sha256: string;
}

/** Rows without a migration of that name are fine: the database may be one version ahead while services are replaced. */
function pendingMigrations(
  migrations: readonly Migration[],
  rows: readonly AppliedRow[],
): readonly Migration[] {
  const applied = new Map(rows.map((row) => [row.name, row.sha256]));
  return migrations.filter((migration) => {
    const sha256 = applied.get(migration.name);
    if (sha256 !== undefined && sha256 !== digest(migration)) {
      throw new EventStoreError(
        'migration-changed',
        `migration ${migration.name} is not the one that was applied`,
      );
    }
    return sha256 === undefined;
  });
}

async function apply(client: pg.Client, schema: string, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL search_path TO ${schema}`);
    await client.query(migration.sql);
    await client.query(`INSERT INTO ${schema}.migration (name, sha256) VALUES ($1, $2)`, [
      migration.name,
      digest(migration),
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

function digest(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex');
}
