import { type Tx, arrays } from '@besure/event-store';
import type { SealedBytes } from '@besure/protocol';

/** What is signed and sealed of a statement: written once, most of its bytes. `openings` are null where they were erased. */
export interface StatementBytes {
  readonly jws: string;
  readonly openings: SealedBytes | null;
  /** What is sealed in `openings`, as long as whoever made the statement has it in memory. */
  readonly disclosures?: readonly string[] | undefined;
}

/**
 * The bytes of statements that were written here and are in no slot yet: reading them back costs PostgreSQL as much as writing them. Only a
 * shortcut: what is not here is in the database. A statement's identity stands for its bytes where they are its own or were committed.
 */
export class FreshStatements {
  readonly #most: number;
  readonly #statements = new Map<string, StatementBytes>();

  /** @param most how many are kept; one takes some 4 kB */
  constructor(most: number) {
    this.#most = most;
  }

  /** Keeps what was written; the oldest go where it is too much. */
  keep(
    rows: readonly {
      readonly id: string;
      readonly jws: string;
      readonly openings: Uint8Array;
      readonly openingsKey: Uint8Array;
      readonly disclosures?: readonly string[];
    }[],
  ): void {
    for (const { id, jws, openings, openingsKey, disclosures } of rows) {
      this.#statements.set(id, { jws, openings: { ciphertext: openings, key: openingsKey }, disclosures });
    }
    for (const id of this.#statements.keys()) {
      if (this.#statements.size <= this.#most) break;
      this.#statements.delete(id);
    }
  }

  /** As {@link read}; they are no longer kept here then. */
  async take(tx: Tx, ids: readonly string[]): Promise<Map<string, StatementBytes>> {
    const found = await this.read(tx, ids);
    for (const id of ids) this.#statements.delete(id);
    return found;
  }

  /** The bytes of some statements, by identity, from here or else from the database. */
  async read(tx: Tx, ids: readonly string[]): Promise<Map<string, StatementBytes>> {
    const found = new Map<string, StatementBytes>();
    const missing: string[] = [];
    for (const id of ids) {
      const bytes = this.#statements.get(id);
      if (bytes === undefined) missing.push(id);
      else found.set(id, bytes);
    }
    if (missing.length > 0) for (const [id, bytes] of await readBytes(tx, missing)) found.set(id, bytes);
    return found;
  }
}

async function readBytes(tx: Tx, ids: readonly string[]): Promise<[string, StatementBytes][]> {
  const rows = await tx.query<
    { id: string; jws: string; openings: Buffer | null; openings_key: Buffer | null }[]
  >('SELECT id, jws, openings, openings_key FROM statement WHERE id = ANY($1::text[])', [arrays.text(ids)]);
  return rows.map(({ id, jws, openings, openings_key: key }) => [
    id,
    { jws, openings: openings === null || key === null ? null : { ciphertext: openings, key } },
  ]);
}
