import { type Tx, arrays } from '@besure/event-store';
import { type KeyedHashes, firstOf } from './keyed-hashes.js';

/** Under which hash each of these records stands, or is going to: before the zone got a new key it was another. */
export async function recordLookups(tx: Tx, lookups: readonly KeyedHashes[]): Promise<string[]> {
  const several = lookups.filter(([, ...older]) => older.length > 0);
  if (several.length === 0) return lookups.map(([newest]) => newest);
  const rows = await tx.query<{ lookup: string }[]>(
    'SELECT lookup FROM record WHERE lookup = ANY($1::text[])',
    [arrays.text(several.flat())],
  );
  const known = new Map(rows.map(({ lookup }) => [lookup, lookup]));
  return lookups.map((hashes) => firstOf(hashes, known) ?? hashes[0]);
}

/** Has statements wait under the newest hash that waited for these records since before the zone got a new key. */
export async function waitUnderNewest(tx: Tx, lookups: readonly KeyedHashes[]): Promise<void> {
  const pairs = lookups.flatMap(([newest, ...older]) => older.map((lookup) => ({ lookup, newest })));
  if (pairs.length === 0) return;
  await tx.query(
    `UPDATE statement AS s SET lookup = p.newest FROM unnest($1::text[], $2::text[]) AS p (lookup, newest)
     WHERE s.lookup = p.lookup AND s.state = 'waiting'`,
    [arrays.text(pairs.map(({ lookup }) => lookup)), arrays.text(pairs.map(({ newest }) => newest))],
  );
}
