import { type Tx, arrays, parseBigint } from '@besure/event-store';
import { ArchiveError } from './error.js';

/** A copy that an organisation is owed. */
export interface NewCopy {
  readonly organisation: string;
  readonly statement: string;
  readonly withOpenings: boolean;
}

/** Puts copies at the end of the organisations' queues, in this order, each with the next cursor of its queue. */
export async function queueCopies(tx: Tx, copies: readonly NewCopy[]): Promise<void> {
  if (copies.length === 0) return;
  const organisations = [...new Set(copies.map((copy) => copy.organisation))].sort();
  await tx.query(
    'INSERT INTO copy_reader (organisation) SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING',
    [arrays.text(organisations)],
  );
  await tx.query(
    `WITH new AS (
       SELECT organisation, statement, with_openings, row_number() OVER (PARTITION BY organisation ORDER BY at) AS place
         FROM unnest($1::text[], $2::text[], $3::boolean[]) WITH ORDINALITY
           AS n (organisation, statement, with_openings, at)
     ), moved AS (
       UPDATE copy_reader r SET last = r.last + n.count
         FROM (SELECT organisation, count(*) AS count FROM new GROUP BY organisation) n
        WHERE r.organisation = n.organisation
       RETURNING r.organisation, r.last - n.count AS before
     )
     INSERT INTO copy (organisation, cursor, statement, with_openings)
     SELECT new.organisation, moved.before + new.place, new.statement, new.with_openings
       FROM new JOIN moved USING (organisation)`,
    [
      arrays.text(copies.map((copy) => copy.organisation)),
      arrays.text(copies.map((copy) => copy.statement)),
      arrays.boolean(copies.map((copy) => copy.withOpenings)),
    ],
  );
}

/** Lets go of openings that the exchange keeps for nobody. */
export async function dropOpenings(tx: Tx, statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return;
  await tx.query('DELETE FROM opening WHERE statement = ANY($1::text[])', [arrays.text(statements)]);
}

/**
 * Notes that an organisation has everything up to a cursor, and lets go of the openings that were only kept for it. Answers the largest
 * cursor of its queue.
 *
 * @throws ArchiveError `cursor-ahead` where it was never given that much
 */
export async function acknowledge(tx: Tx, organisation: string, upTo: number): Promise<number> {
  const [reader] = await tx.query<{ last: string; acknowledged: string }[]>(
    'SELECT last, acknowledged FROM copy_reader WHERE organisation = $1 FOR UPDATE',
    [organisation],
  );
  const last = parseBigint(reader?.last ?? 0);
  const before = parseBigint(reader?.acknowledged ?? 0);
  if (upTo > last) {
    throw new ArchiveError('cursor-ahead', `${organisation} acknowledges ${upTo}, its queue ends at ${last}`);
  }
  if (upTo > before) {
    await tx.query(
      `WITH noted AS (
         UPDATE copy_reader SET acknowledged = $3, acknowledged_at = statement_timestamp() WHERE organisation = $1
       )
       DELETE FROM opening WHERE statement = ANY(ARRAY(
         SELECT statement FROM copy WHERE organisation = $1 AND cursor > $2 AND cursor <= $3 AND with_openings))`,
      [organisation, before, upTo],
    );
  }
  return last;
}

/** A copy as it stands in the tables of the exchange's archive. */
export interface CopyRow {
  readonly cursor: number;
  readonly jws: string;
  readonly countersignature: string;
  readonly slot: number;
  readonly height: number;
  readonly leaf: number;
  readonly index: number;
  readonly path: Uint8Array;
  readonly openings: { readonly ciphertext: Uint8Array; readonly wrappedKey: Uint8Array } | null;
}

interface RawCopyRow {
  readonly cursor: string;
  readonly jws: string;
  readonly countersignature: string;
  readonly slot: string;
  readonly height: string;
  readonly leaf: string;
  readonly index: number;
  readonly path: Buffer;
  readonly ciphertext: Buffer | null;
  readonly key: Buffer | null;
}

/** The copies of an organisation after a cursor. */
export async function readCopies(
  tx: Tx,
  exchange: string,
  organisation: string,
  after: number,
  limit: number,
): Promise<CopyRow[]> {
  const rows = await tx.query<RawCopyRow[]>(
    // Each LATERAL with LIMIT is one look into an index, whatever the planner believes of tables that were not analysed yet: joined freely,
    // it compared every copy with every statement. Neighbours share their part, and its item: those are looked up once.
    `WITH page AS MATERIALIZED (
       SELECT c.cursor, c.statement, c.with_openings, r.part, r.index, r.path
         FROM (SELECT cursor, statement, with_openings FROM copy
                WHERE organisation = $2 AND cursor > $3 ORDER BY cursor LIMIT $4) c
        CROSS JOIN LATERAL (SELECT part, index, path FROM recording WHERE statement = c.statement AND member = $1 LIMIT 1) r
     ), place AS MATERIALIZED (
       SELECT parts.part, p.slot, i.height, i.leaf
         FROM (SELECT DISTINCT part FROM page) parts
        CROSS JOIN LATERAL (SELECT slot FROM part WHERE id = parts.part LIMIT 1) p
        CROSS JOIN LATERAL (SELECT height, leaf FROM item WHERE member = $1 AND slot = p.slot LIMIT 1) i
     )
     SELECT c.cursor, s.jws, s.countersignature, place.slot, place.height, place.leaf, c.index, c.path, o.ciphertext, o.key
       FROM page c
       JOIN place USING (part)
      CROSS JOIN LATERAL (SELECT jws, countersignature FROM statement WHERE id = c.statement LIMIT 1) s
       LEFT JOIN LATERAL (SELECT ciphertext, key FROM opening WHERE statement = c.statement LIMIT 1) o ON c.with_openings
      ORDER BY c.cursor`,
    [exchange, organisation, after, limit],
  );
  return rows.map((row) => ({
    cursor: parseBigint(row.cursor),
    jws: row.jws,
    countersignature: row.countersignature,
    slot: parseBigint(row.slot),
    height: parseBigint(row.height),
    leaf: parseBigint(row.leaf),
    index: row.index,
    path: row.path,
    openings:
      row.ciphertext === null || row.key === null
        ? null
        : { ciphertext: row.ciphertext, wrappedKey: row.key },
  }));
}
