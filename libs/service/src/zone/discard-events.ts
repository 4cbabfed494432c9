import {
  type EventStore,
  EventStoreError,
  type JsonValue,
  type StoredEvent,
  type Tx,
} from '@besure/event-store';

/**
 * Tells intake that accepted events were given up: no later word about them counts.
 *
 * @throws EventStoreError `not-discardable` where none is named: nobody would ever learn of it
 */
export async function discardEvents(
  store: EventStore,
  tx: Tx,
  events: readonly string[],
  why: string,
): Promise<void> {
  const [first] = events;
  if (first === undefined) {
    throw new EventStoreError(
      'not-discardable',
      'it names no accepted event that could end so: it can only be replayed',
    );
  }
  await store.append(tx, [
    {
      stream: `discarded-${first}`,
      expectedVersion: 'any',
      type: 'EventsDiscarded',
      data: { entries: events.map((event) => ({ event, why })) },
    },
  ]);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The accepted events that an event is about, as far as they can be read: it may be one that nothing else can read. */
export function acceptedEventsOf({ data }: StoredEvent, member: 'id' | 'event'): string[] {
  const { entries } = (data ?? {}) as { readonly entries?: JsonValue };
  if (!Array.isArray(entries)) return [];
  return (entries as readonly JsonValue[]).flatMap((entry) => {
    const id = (entry as Readonly<Record<string, JsonValue>> | null)?.[member];
    return typeof id === 'string' && UUID.test(id) ? [id] : [];
  });
}
