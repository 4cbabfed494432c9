import { type EventStore, type StoredEvent, type Tx, arrays } from '@besure/event-store';
import type { FactsVault } from '@besure/keys';
import { openAcceptedEvents } from './accepted-events.js';
import type { FreshRecords } from './fresh-records.js';
import { lookupOf } from './keyed-hashes.js';
import { waitUnderNewest } from './record-lookups.js';
import { tellInGroups } from './tell-in-groups.js';

/**
 * At the exchange: keeps the events of its own back office as records to compare statements with. The exchange states
 * nothing itself. The first record of an event stands; its intake tells repeats apart before.
 */
export async function keepRecords(
  context: { readonly store: EventStore; readonly vault: FactsVault; readonly freshRecords: FreshRecords },
  tx: Tx,
  events: readonly StoredEvent[],
): Promise<number> {
  const accepted = openAcceptedEvents(events, context.vault).map((one) => ({
    ...one,
    lookups: lookupOf(context.vault, one.claims),
  }));
  if (accepted.length === 0) return 0;
  await tx.query(
    `INSERT INTO record (lookup, event, facts, facts_key)
     SELECT * FROM unnest($1::text[], $2::uuid[], $3::bytea[], $4::bytea[])
     ON CONFLICT (lookup) DO NOTHING`,
    [
      arrays.text(accepted.map((one) => one.lookups[0])),
      arrays.uuid(accepted.map((one) => one.event)),
      arrays.bytea(accepted.map((one) => one.sealed.ciphertext)),
      arrays.bytea(accepted.map((one) => one.sealed.key)),
    ],
  );
  context.freshRecords.keep(accepted.map(({ lookups: [lookup], ...one }) => ({ ...one, lookup })));
  await waitUnderNewest(
    tx,
    accepted.map((one) => one.lookups),
  );
  const entries = accepted.map(({ event }) => ({ event }));
  await context.store.append(
    tx,
    tellInGroups('RecordsKept', entries, ({ event }) => `records-${event}`),
  );
  return accepted.length;
}
