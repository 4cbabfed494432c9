import { setTimeout as pause } from 'node:timers/promises';
import type { Network } from '../network.js';
import pg from 'pg';

const LOOK_MILLIS = 250;
const ANSWER_MILLIS = 1000;

/**
 * Sees when events become complete: how far each organisation's intake has read what its archive has evidence of. Asked of the databases themselves, for the
 * services may be down; while those are down, too, nothing becomes complete.
 */
export class StallWatch {
  readonly #zones: readonly { readonly id: string; readonly pool: pg.Pool }[];
  readonly #reached = new Map<string, number>();
  #progressAt = performance.now();
  #longestMillis = 0;

  constructor(network: Network) {
    const organisations = network.charter.organisations.filter(({ role }) => role === 'organisation');
    this.#zones = organisations.map(({ id }) => {
      const url = new URL(network.postgres.url);
      url.pathname = `/${id}`;
      const pool = new pg.Pool({
        connectionString: url.href,
        max: 1,
        connectionTimeoutMillis: ANSWER_MILLIS,
        query_timeout: ANSWER_MILLIS,
      });
      // A server that is killed takes idle connections with it: the next look opens another one.
      pool.on('error', () => undefined);
      return { id, pool };
    });
  }

  /** The longest time without any event becoming complete, in seconds, one that lasts included. */
  get longestStallSeconds(): number {
    return Math.round(this.#longestMillis / 100) / 10;
  }

  /** Looks until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    this.#progressAt = performance.now();
    while (!signal.aborted) {
      const positions = await Promise.all(this.#zones.map((zone) => this.#read(zone.pool)));
      const now = performance.now();
      const moved = positions.filter((position, at) => this.#moves(this.#zones[at]!.id, position));
      this.#longestMillis = Math.max(this.#longestMillis, now - this.#progressAt);
      if (moved.length > 0) this.#progressAt = now;
      await pause(LOOK_MILLIS, undefined, { signal }).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#zones.map(({ pool }) => pool.end()));
  }

  #moves(zone: string, position: number | null): boolean {
    if (position === null) return false;
    const before = this.#reached.get(zone);
    this.#reached.set(zone, position);
    return before !== undefined && position > before;
  }

  async #read(pool: pg.Pool): Promise<number | null> {
    try {
      const { rows } = await pool.query<{ position: string }>(
        `SELECT position FROM intake.checkpoint WHERE source = 'archive'`,
      );
      return Number(rows[0]?.position ?? 0);
    } catch {
      return null;
    }
  }
}
