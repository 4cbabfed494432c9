import pg from 'pg';
import { FsckError } from './error.js';

/** What is asked. */
export interface Db {
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/** A zone's database: as it was at one moment, and as it is now. */
export interface ZoneDatabase {
  /** One view of all schemas: what stands there fits together, however busy the services are. */
  readonly snapshot: Db;
  /** What has been committed by now. */
  readonly fresh: Db;
  close(): Promise<void>;
}

/** Opens a zone's database. */
export type OpenDatabase = (url: string) => Promise<ZoneDatabase>;

const SETTINGS = [
  'default_transaction_read_only=on',
  'timezone=UTC',
  'jit=off',
  // Whole tables are compared. Without statistics the planner may believe them empty, and compare each row with each.
  'enable_nestloop=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** Opens a PostgreSQL database, to read only. Throws FsckError `unreachable`. */
export async function openDatabase(url: string): Promise<ZoneDatabase> {
  const [snapshot, fresh] = [await connect(url), await connect(url)];
  try {
    await snapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // The view is taken with the first statement.
    await snapshot.query('SELECT 1');
  } catch (error) {
    await Promise.allSettled([snapshot.end(), fresh.end()]);
    throw error;
  }
  return {
    snapshot: dbOf(snapshot),
    fresh: dbOf(fresh),
    async close() {
      await Promise.allSettled([snapshot.end(), fresh.end()]);
    },
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'besure-fsck',
    options: SETTINGS,
    connectionTimeoutMillis: 10_000,
  });
  // A server that goes away between two queries: the next query tells.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FsckError('unreachable', `the database ${nameOf(url)} does not answer: ${why}`, { cause });
  }
  return client;
}

function dbOf(client: pg.Client): Db {
  return {
    async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
      const { rows } = await client.query(sql, [...parameters]);
      return rows as Row[];
    },
  };
}

/** Without user and password. */
function nameOf(url: string): string {
  if (!URL.canParse(url)) return 'that was named';
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

const PAGE = 5000;

/** Rows of a query in the order of a column, some thousand at a time. `sql` has the parameters. */
export async function* pagesOf<Row extends Readonly<Record<string, unknown>>>(
  db: Db,
  sql: string,
  key: keyof Row & string,
  parameters: readonly unknown[] = [],
): AsyncGenerator<Row[]> {
  let after = '';
  for (let last: unknown; ;) {
    const rows = await db.query<Row>(
      `SELECT * FROM (${sql}) AS page ${after} ORDER BY ${key} LIMIT ${PAGE}`,
      last === undefined ? parameters : [...parameters, last],
    );
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
    last = rows.at(-1)![key];
    after = `WHERE ${key} > $${parameters.length + 1}`;
  }
}
