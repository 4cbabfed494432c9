import { type Tx, arrays } from '@besure/event-store';
import type { FactsVault } from '@besure/keys';
import { type Claims, claimsOf } from '@besure/protocol';
import { openFacts } from './accepted-events.js';

/** A record of the exchange's own, opened. */
export interface OpenedRecord {
  readonly lookup: string;
  /** The event that it is of: what it says never changes. */
  readonly event: string;
  readonly claims: Claims;
}

/**
 * What the exchange's own records say that were written here a moment ago: it was open then, and most statements about it come soon. Only a shortcut:
 * that a record is there, the database says, and what is not here is read and opened.
 */
export class FreshRecords {
  readonly #most: number;
  readonly #records = new Map<string, OpenedRecord>();

  /** @param most how many are kept; one takes some 2 kB */
  constructor(most: number) {
    this.#most = most;
  }

  /** Keeps what was written; the oldest go where it is too much. */
  keep(records: readonly OpenedRecord[]): void {
    for (const record of records) this.#records.set(record.lookup, record);
    for (const lookup of this.#records.keys()) {
      if (this.#records.size <= this.#most) break;
      this.#records.delete(lookup);
    }
  }

  /** What the records say that are there under these hashes, each read when it is asked for; they are no longer kept here then. */
  async take(tx: Tx, vault: FactsVault, lookups: readonly string[]): Promise<Map<string, () => Claims>> {
    const found = new Map<string, () => Claims>();
    if (lookups.length === 0) return found;
    const rows = await tx.query<{ lookup: string; event: string }[]>(
      'SELECT lookup, event FROM record WHERE lookup = ANY($1::text[])',
      [arrays.text(lookups)],
    );
    const missing: string[] = [];
    for (const { lookup, event } of rows) {
      const known = this.#records.get(lookup);
      this.#records.delete(lookup);
      if (known?.event === event) found.set(lookup, () => known.claims);
      else missing.push(lookup);
    }
    for (const [lookup, claims] of await readRecords(tx, vault, missing)) found.set(lookup, claims);
    return found;
  }
}

async function readRecords(
  tx: Tx,
  vault: FactsVault,
  lookups: readonly string[],
): Promise<[string, () => Claims][]> {
  if (lookups.length === 0) return [];
  const rows = await tx.query<{ lookup: string; facts: Buffer; facts_key: Buffer }[]>(
    'SELECT lookup, facts, facts_key FROM record WHERE lookup = ANY($1::text[])',
    [arrays.text(lookups)],
  );
  return rows.map(({ lookup, facts, facts_key: key }) => [
    lookup,
    () => claimsOf(openFacts(vault, { ciphertext: facts, key })),
  ]);
}
