import type { EventBatch, StoredEvent } from './event.js';

/**
 * What the owner of events answers to those who consume them: the relay implements it, an outlet carries it.
 */
export interface EventOwner {
  /** The events after a position, from PostgreSQL; empty when there are none. One message's worth, ask again for more. */
  replay(after: number): Promise<EventBatch>;
  /** A consumer tells up to where it has committed. May come late, twice or never. */
  committed(consumer: string, position: number): Promise<void>;
}

/**
 * Where a relay publishes one schema's events: the pipe inside a zone.
 *
 * - Durability: none is relied upon. Whatever is lost is published again from PostgreSQL, because the relay goes on from
 *   what `lastPublished` answers. A resolved `publish` means that the pipe has taken it, not that it is on a disk.
 * - Consistency: groups come in position order without a hole, and the pipe keeps that order. Publishing a group
 *   again after an unknown outcome must not put it in the pipe twice in a row where this can be prevented cheaply; consumers
 *   skip doubles in any case.
 * - Concurrency: one relay per schema calls, one call at a time. Of two relays (a rolling update) doubles may result, never a
 *   disorder that a consumer would not notice.
 * - Retries: the relay's task, with growing pauses, starting over from `lastPublished`. An implementation gives up after a
 *   deadline of its own and rejects; it never retries forever inside a call.
 */
export interface Outlet {
  /** The last position that the pipe holds or has ever held as far as it knows; 0 when it knows of none. */
  lastPublished(): Promise<number>;
  /** Publishes consecutive events as one message. Rejects when it cannot be known that the pipe has it. */
  publish(batch: readonly StoredEvent[]): Promise<void>;
  /** Lets go of messages whose events all stand below this position. May keep more. Idempotent. */
  purgeBelow(position: number): Promise<void>;
  /** From now on carries consumers' questions to the owner; resolves with a function that ends this. */
  serve(owner: EventOwner): Promise<() => Promise<void>>;
}

/** A running delivery. */
export interface InletSubscription {
  /** Ends the delivery; resolves when no `deliver` is under way and none will follow. */
  stop(): Promise<void>;
}

/**
 * Where a consumer gets another schema's events from: the other end of the pipe.
 *
 * - Durability: none. The consumer's own checkpoint is the only memory; the inlet acknowledges nothing on its behalf.
 * - Consistency: batches come in position order. After a fault some may come again, or some may be missing: the
 *   consumer notices both by the positions. An inlet that has lost its place goes on from the last batch that it delivered.
 * - Concurrency: `deliver` is called for one batch at a time; the next only after the promise resolved. `replay` and `committed`
 *   may be called at any moment, also while `deliver` is under way.
 * - Retries: the consumer retries the handling inside `deliver` for as long as it takes; `deliver` rejects only when the consumer
 *   is being stopped, and then the inlet delivers no more. The inlet itself reconnects for ever; `replay` rejects after a deadline.
 */
export interface Inlet {
  /** Delivers everything after a position, then what comes. Resolves once delivering; does not wait for the first batch. */
  start(after: number, deliver: (batch: EventBatch) => Promise<void>): Promise<InletSubscription>;
  /** Asks the owner for the events after a position. Empty when there are none (yet). */
  replay(after: number): Promise<EventBatch>;
  /** Tells the owner, as a hint that may be lost, up to where this consumer has committed. Never throws. */
  committed(position: number): void;
}
