import type { StoredEvent } from './event.js';

/** An event whose append has just been committed here, and how many bytes its data and attachment have. */
export interface AppendedEvent {
  readonly event: StoredEvent;
  readonly bytes: number;
}

/** More than this is not kept: where publishing falls behind, PostgreSQL keeps what waits. */
export const MOST_FRESH_BYTES = 8 * 1024 * 1024;

/**
 * What was just committed here, until it is published: reading it back costs more than writing it. Only ever a shortcut: what is not here (of another
 * instance, of a commit whose outcome is unknown, too much) is in PostgreSQL.
 */
export class FreshEvents {
  readonly #events = new Map<number, AppendedEvent>();
  #bytes = 0;

  /** In any order: of two commits the later may be heard of first. */
  add(appended: readonly AppendedEvent[]): void {
    for (const one of appended) {
      this.#events.set(one.event.position, one);
      this.#bytes += one.bytes;
    }
    if (this.#bytes > MOST_FRESH_BYTES) this.clear();
  }

  /** The events right after a position, without a hole, with the limits of `EventStore.readAll`; they are no longer kept then. */
  take(after: number, limit: number, maxBytes: number): StoredEvent[] {
    for (const position of this.#events.keys()) if (position <= after) this.#drop(position);
    const taken: StoredEvent[] = [];
    let bytes = 0;
    for (let next = this.#events.get(after + 1); next !== undefined && taken.length < limit;) {
      bytes += next.bytes;
      if (bytes > maxBytes && taken.length > 0) break;
      taken.push(next.event);
      this.#drop(next.event.position);
      next = this.#events.get(next.event.position + 1);
    }
    return taken;
  }

  clear(): void {
    this.#events.clear();
    this.#bytes = 0;
  }

  #drop(position: number): void {
    this.#bytes -= this.#events.get(position)?.bytes ?? 0;
    this.#events.delete(position);
  }
}
