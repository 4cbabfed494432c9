import { type Db, openDatabase, type OpenDatabase } from '@besure/fsck';
import pg from 'pg';
import type { Damage } from './damage.js';

/** A zone's database that looks damaged, and is not: all of it is taken back when it is closed. */
export function damaged(
  { zone, sql }: Pick<Damage, 'zone' | 'sql'>,
  onSubject: (subject: string) => void,
): OpenDatabase {
  return async (url) => {
    if (new URL(url).pathname !== `/${zone}`) return openDatabase(url);
    const client = new pg.Client({ connectionString: url, options: '-c enable_nestloop=off -c jit=off' });
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    try {
      const results = [await client.query<{ subject?: string | number }>(sql)].flat();
      const last = results.at(-1);
      // A fault that changes nothing would be found by nobody.
      if (last === undefined || last.rowCount === 0) throw new RangeError('nothing was damaged');
      const subject = last.rows[0]?.subject;
      if (subject !== undefined) onSubject(String(subject));
    } catch (error) {
      await client.end();
      throw error;
    }
    const db: Db = {
      async query<Row>(text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
        return (await client.query(text, [...parameters])).rows as Row[];
      },
    };
    return {
      snapshot: db,
      fresh: db,
      async close() {
        await client.query('ROLLBACK');
        await client.end();
      },
    };
  };
}
