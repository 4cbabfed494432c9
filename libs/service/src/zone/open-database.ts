import { setTimeout as pause } from 'node:timers/promises';
import {
  type Migration,
  assertMigrated,
  isDatabaseUnavailable,
  openDataSource,
  pauseAfter,
} from '@besure/event-store';
import type { DataSource } from 'typeorm';
import type { ServiceContext } from '../run-service.js';
import type { ServiceConfig } from '../variables.js';

const BACKOFF = { firstMillis: 100, largestMillis: 5000 };

/**
 * Opens the schema of a service, which must be migrated. Services start in any order, and beside their servers: a PostgreSQL that is away is waited for, all else
 * ends the start. The service is ready while its database answers, and closes it last of all when it stops.
 */
export async function openDatabase(
  {
    health,
    log,
    onStop,
    starting,
  }: Pick<ServiceContext<ServiceConfig>, 'health' | 'log' | 'onStop' | 'starting'>,
  url: string,
  schema: string,
  migrations: readonly Migration[],
): Promise<DataSource> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const dataSource = await openMigrated(url, schema, migrations);
      onStop('database', () => dataSource.destroy());
      health.need('database', () => dataSource.query('SELECT 1').then(() => true));
      return dataSource;
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      log.warn('waiting for the database', { error, attempt });
    }
    await pause(pauseAfter(BACKOFF, attempt), undefined, { signal: starting });
  }
}

async function openMigrated(
  url: string,
  schema: string,
  migrations: readonly Migration[],
): Promise<DataSource> {
  const dataSource = await openDataSource({ url, schema });
  try {
    await assertMigrated(dataSource, schema, migrations);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}
