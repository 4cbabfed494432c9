import { handleEvents, type Reader } from './consumer-reader.js';
import type { StoredEvent } from './event.js';
import type { EventStore } from './event-store.js';
import { isFailureOfEvent } from './failure-of-event.js';
import type { Tx } from './transaction.js';

/** An event that has no effect, or one entry of it, and what it failed with. */
export interface Failed {
  readonly event: StoredEvent;
  /** Which entry; null for all of the event. */
  readonly entry: number | null;
  readonly error: unknown;
}

/**
 * Gives each entry of an event that has failed its effect, where it can have one. Where none can, the event is at fault as a whole.
 *
 * @param cause what the event failed with
 * @throws what says that the database is at fault
 */
export async function tryEntries(
  store: EventStore,
  tx: Tx,
  reader: Reader,
  event: StoredEvent,
  cause: unknown,
): Promise<{ readonly dead: readonly Failed[]; readonly handled: number }> {
  const whole = { dead: [{ event, entry: null, error: cause }], handled: 0 };
  const entries = reader.split?.(event) ?? [event];
  if (entries.length < 2) return whole;
  const dead: Failed[] = [];
  for (const [at, entry] of entries.entries()) {
    try {
      await store.attempt(tx, () => handleEvents(reader, tx, [entry]));
    } catch (error) {
      if (!isFailureOfEvent(error)) throw error;
      dead.push({ event: entry, entry: at, error });
    }
  }
  return dead.length === entries.length ? whole : { dead, handled: entries.length - dead.length };
}
