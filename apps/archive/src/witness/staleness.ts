/**
 * Which hubs stand still while the log goes on: what they show is old, and nothing new of theirs has come for long. That is no lie, for nothing new was signed:
 * a node may be slow, or a network down.
 */
export class Staleness {
  readonly #limitMillis: number;
  readonly #seen = new Map<string, { readonly size: number; readonly since: number }>();
  readonly #stale = new Set<string>();

  constructor(limitMillis: number) {
    this.#limitMillis = limitMillis;
  }

  /** Notes the largest size that a hub shows, and how far the log goes; answers how many hubs are stale now. */
  see(hub: string, shown: number, size: number, now: number): number {
    const before = this.#seen.get(hub);
    if (before === undefined || shown > before.size || shown >= size) {
      this.#seen.set(hub, { size: shown, since: now });
      this.#stale.delete(hub);
    } else if (now - before.since >= this.#limitMillis) {
      this.#stale.add(hub);
    }
    return this.#stale.size;
  }
}
