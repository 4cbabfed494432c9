import { type Tx, arrays, parseBigint } from '@besure/event-store';
import type { KeptPart } from './kept-part.js';
import { shareSettling } from './settle.js';

/**
 * Keeps parts, whatever of them is kept already: a statement and its openings once, one recording of each member. A countersignature that
 * was missing is added; one that is there stays.
 */
export async function keepParts(tx: Tx, parts: readonly KeptPart[]): Promise<void> {
  const rows = parts.flatMap((part, at) => part.recordings.map((recording) => ({ part, at, recording })));
  if (rows.length === 0) return;
  await shareSettling(tx);
  const ids = await newPartIds(tx, parts);
  const unknown = rows.flatMap(({ recording }) => (recording.isKnown ? [] : [recording]));
  const opened = rows.flatMap(({ recording: { statement, openings } }) =>
    openings === null ? [] : [{ statement, openings }],
  );
  await tx.query(
    `WITH kept AS (
       INSERT INTO statement AS s (id, issuer, jws, countersignature)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
       ON CONFLICT (id) DO UPDATE SET countersignature = excluded.countersignature
         WHERE s.countersignature IS NULL AND excluded.countersignature IS NOT NULL
     ), opened AS (
       INSERT INTO opening (statement, ciphertext, key, message)
       SELECT * FROM unnest($5::text[], $6::bytea[], $7::bytea[], $8::bytea[])
       ON CONFLICT DO NOTHING
     )
     INSERT INTO recording (statement, member, part, index, path, countersigned, counterpart)
     SELECT * FROM unnest($9::text[], $10::text[], $11::bigint[], $12::integer[], $13::bytea[], $14::boolean[], $15::text[])
     ON CONFLICT DO NOTHING`,
    [
      arrays.text(unknown.map((recording) => recording.statement)),
      arrays.text(unknown.map((recording) => recording.issuer)),
      arrays.text(unknown.map((recording) => recording.jws)),
      arrays.text(unknown.map((recording) => recording.countersignature)),
      arrays.text(opened.map(({ statement }) => statement)),
      arrays.bytea(opened.map(({ openings }) => openings.sealed.ciphertext)),
      arrays.bytea(opened.map(({ openings }) => openings.sealed.wrappedKey)),
      arrays.bytea(opened.map(({ openings }) => openings.message)),
      arrays.text(rows.map(({ recording }) => recording.statement)),
      arrays.text(rows.map(({ part }) => part.member)),
      arrays.bigint(rows.map(({ at }) => ids[at]!)),
      arrays.integer(rows.map(({ recording }) => recording.index)),
      arrays.bytea(rows.map(({ recording }) => Buffer.concat(recording.path))),
      arrays.boolean(rows.map(({ recording }) => recording.countersignature !== null)),
      arrays.text(rows.map(({ recording }) => recording.counterpart)),
    ],
  );
}

/** Writes the parts and answers their ids, in their order. */
async function newPartIds(tx: Tx, parts: readonly KeptPart[]): Promise<number[]> {
  const rows = await tx.query<{ id: string }[]>(
    `WITH given AS MATERIALIZED (
       SELECT nextval(pg_get_serial_sequence('part', 'id')) AS id, member, slot, root, at
         FROM unnest($1::text[], $2::bigint[], $3::bytea[]) WITH ORDINALITY AS p (member, slot, root, at)
     ), written AS (
       INSERT INTO part (id, member, slot, root) OVERRIDING SYSTEM VALUE SELECT id, member, slot, root FROM given
     )
     SELECT id FROM given ORDER BY at`,
    [
      arrays.text(parts.map((part) => part.member)),
      arrays.bigint(parts.map((part) => part.slot)),
      arrays.bytea(parts.map((part) => part.root)),
    ],
  );
  return rows.map((row) => parseBigint(row.id));
}
