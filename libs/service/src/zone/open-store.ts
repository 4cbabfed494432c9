import { EventStore, type Migration } from '@besure/event-store';
import type { DataSource } from 'typeorm';
import type { ServiceContext } from '../run-service.js';
import type { MemberConfig } from './member-configuration.js';
import { openDatabase } from './open-database.js';

/** A service's schema, opened: as event store, and as database for single queries. */
export interface OpenStore {
  readonly store: EventStore;
  readonly dataSource: DataSource;
}

/** As {@link openDatabase}, with the events in it. */
export async function openStore(
  context: ServiceContext<MemberConfig>,
  schema: string,
  migrations: readonly Migration[],
): Promise<OpenStore> {
  const dataSource = await openDatabase(context, context.config.databaseUrl, schema, migrations);
  return { dataSource, store: new EventStore({ dataSource, schema }) };
}
