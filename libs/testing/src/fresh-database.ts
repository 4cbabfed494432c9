import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startPostgres } from './postgres.js';

/** The variable in which a test run passes its PostgreSQL to the processes of the test files. */
export const TEST_POSTGRES_VARIABLE = 'BESURE_TEST_POSTGRES_URL';

/** An empty database for one test or one test file. */
export interface FreshDatabase {
  readonly name: string;
  readonly url: string;
  /** Ends its sessions and drops it. Not needed at the end of a run: the whole cluster goes then. */
  drop(): Promise<void>;
}

/** Where the new database is made, and from what. */
export interface FreshDatabaseOptions {
  /** Superuser connection string of a cluster; the run's shared cluster unless given. */
  readonly cluster?: string;
  /** Name of a database to copy, for instance one that is migrated already; nobody may be connected to it. */
  readonly template?: string;
}

let shared: Promise<string> | undefined;

/** The superuser connection string of the run's cluster; starts one for this process where the run has none. */
export function sharedPostgres(): Promise<string> {
  const given = process.env[TEST_POSTGRES_VARIABLE];
  if (given !== undefined && given !== '') return Promise.resolve(given);
  shared ??= startPostgres().then((postgres) => postgres.url);
  return shared;
}

/** Makes an empty database with a name of its own. */
export async function freshDatabase(options: FreshDatabaseOptions = {}): Promise<FreshDatabase> {
  const cluster = options.cluster ?? (await sharedPostgres());
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = options.template === undefined ? '' : ` TEMPLATE ${pg.escapeIdentifier(options.template)}`;
  await administrate(cluster, `CREATE DATABASE ${name}${template}`);
  const url = new URL(cluster);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    drop: () => administrate(cluster, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function administrate(cluster: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: cluster });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
