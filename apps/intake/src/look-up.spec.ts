import { ephemeralFactsVault } from '@besure/keys';
import { describe, expect, it } from 'vitest';
import { newEventId } from './event-id.js';
import { type FoundPage, lookUp } from './look-up.js';
import type { Queryable } from './state-rows.js';

const vault = ephemeralFactsVault();
const sealed = vault.seal(Buffer.from('["/back-office","event"]'));

/** A database in which every event is accepted, and no more. */
class Endless implements Queryable {
  rows = 0;

  query<T>(_sql: string, parameters: unknown[] = []): Promise<T> {
    const rows = Array.from({ length: Number(parameters[3]) }, () => ({
      event: newEventId(Date.now()),
      hash: Buffer.alloc(32),
      source: Buffer.from('source'),
      name: Buffer.from(sealed.ciphertext),
      name_key: Buffer.from(sealed.wrappedKey),
      accepted_at: new Date(),
      statement: null,
      disputed: false,
      why: null,
      prepared_at: null,
      countersigned_at: null,
      one_sided_at: null,
      record_at: null,
      discarded_at: null,
      erased_at: null,
      recorded_at: null,
      complete_at: null,
    }));
    this.rows += rows.length;
    return Promise.resolve(rows as T);
  }
}

describe('lookUp', () => {
  it.each<[string, Parameters<typeof lookUp>[2], readonly string[] | null]>([
    ['a state that no index leads to and nothing is in', { state: 'complete' }, null],
    ['a message of another source', { message: 'm' }, ['/other']],
  ])('looks at so many events for one page, and tells where to go on: %s', async (_what, query, sources) => {
    const database = new Endless();
    const page: FoundPage = await lookUp(database, vault, query, sources);
    expect(page.events).toEqual([]);
    expect(page.next).not.toBeNull();
    expect(database.rows).toBe(5_000);
    expect((await lookUp(database, vault, { ...query, cursor: page.next! }, sources)).events).toEqual([]);
  });

  it('reads one more than it is asked for where nothing has to be sifted', async () => {
    const database = new Endless();
    expect((await lookUp(database, vault, { limit: '7' }, null)).events).toHaveLength(7);
    expect(database.rows).toBe(8);
  });
});
