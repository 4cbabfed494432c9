import { startPostgres, TEST_POSTGRES_VARIABLE } from '@besure/testing';

/** Starts the one PostgreSQL of a test run; each test file makes databases of its own in it. */
export default async function setup(): Promise<() => Promise<void>> {
  const postgres = await startPostgres({ maxConnections: 400 });
  // The processes that run the test files inherit it.
  process.env[TEST_POSTGRES_VARIABLE] = postgres.url;
  return () => postgres.stop();
}
