import {
  assertMigrated,
  DeadLetters,
  type DeadLetter,
  EventStore,
  type Migration,
  openDataSource,
} from '@besure/event-store';
import type { DeadLetterDesk, DeadLetterNote } from '../dead-letter-desk.js';
import type { MemberConfig } from './member-configuration.js';
import { readerOf, type Source } from './pipes.js';

/** The dead letters of a service's schema, which must be migrated. `readers` are those of the service, with nobody to wake. */
export async function openDeadLetters(
  { databaseUrl: url }: Pick<MemberConfig, 'databaseUrl'>,
  schema: string,
  migrations: readonly Migration[],
  readers: (store: EventStore) => readonly Source[],
): Promise<DeadLetterDesk> {
  const dataSource = await openDataSource({ url, schema, applicationName: `${schema}-dead-letters` });
  try {
    await assertMigrated(dataSource, schema, migrations);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  const store = new EventStore({ dataSource, schema });
  const letters = new DeadLetters({ store, readers: readers(store).map(readerOf) });
  return {
    list: async (all) => (await letters.list(all ? 'all' : 'waiting')).map(toNote),
    replay: (id, by) => letters.replay(id, by),
    discard: (id, why, by, force) => letters.discard(id, why, by, force),
    close: () => dataSource.destroy(),
  };
}

function toNote({ id, source, event, entry, attempts, reason, deadAt, end }: DeadLetter): DeadLetterNote {
  return {
    id,
    source,
    position: event.position,
    type: event.type,
    entry,
    attempts,
    error: reason.error,
    code: reason.code,
    reason: reason.text,
    deadAt,
    end,
  };
}
