import type { StoredEvent } from './event.js';
import { upcastEvents, type ReadTypes } from './event-version.js';
import type { Tx } from './transaction.js';

/** Gives events their effects, all within `tx`; it may run again with the same events after a failure, and then nothing of the first time is left. */
export type Handler = (tx: Tx, events: readonly StoredEvent[]) => Promise<void>;

/** How one schema reads another one's events: what a consumer does with them, and what becomes of those that it cannot handle. */
export interface Reader {
  /** Whose events: the name of their schema. One reader per source and schema. */
  readonly source: string;
  /** The types that it reads, and how older versions become what the handler understands. All others are passed over. */
  readonly reads: ReadTypes;
  readonly handler: Handler;
  /** Takes an event apart where its entries stand for themselves, so that one bad entry does not keep the others; without it an event is one. */
  readonly split?: (event: StoredEvent) => readonly StoredEvent[];
  /** What follows, in `tx`, when an operator gives up an event, or the one entry that it is given with; without it nothing can be given up. */
  readonly discarded?: (tx: Tx, event: StoredEvent, why: string) => Promise<void>;
}

/** Gives the events that are read their effects; answers how many those were. */
export async function handleEvents(
  { reads, handler }: Reader,
  tx: Tx,
  events: readonly StoredEvent[],
): Promise<number> {
  const mine = upcastEvents(events, reads);
  if (mine.length > 0) await handler(tx, mine);
  return mine.length;
}
