import { EventStore, type Migration, assertMigrated, openDataSource } from '@besure/event-store';
import type { DataSource } from 'typeorm';
import type { ServiceContext } from '../run-service.js';
import type { MemberConfig } from './member-configuration.js';

/** A service's schema, opened: as event store, and as database for single queries. */
export interface OpenStore {
  readonly store: EventStore;
  readonly dataSource: DataSource;
}

/**
 * Opens the schema of a service, which must be migrated. The service is ready while its database answers, and closes it last of
 * all when it stops.
 */
export async function openStore(
  context: ServiceContext<MemberConfig>,
  schema: string,
  migrations: readonly Migration[],
): Promise<OpenStore> {
  const { config, health } = context;
  const dataSource = await openDataSource({ url: config.databaseUrl, schema });
  context.onStop('database', () => dataSource.destroy());
  await assertMigrated(dataSource, schema, migrations);
  health.need('database', () => dataSource.query('SELECT 1').then(() => true));
  return { dataSource, store: new EventStore({ dataSource, schema }) };
}
