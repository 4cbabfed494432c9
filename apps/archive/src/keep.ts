import type { Tx } from '@besure/event-store';
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
     SELECT * FROM unnest($1::text[], $9::text[], $10::bigint[], $11::integer[], $12::bytea[], $13::boolean[], $14::text[])
     ON CONFLICT DO NOTHING`,
    [
      rows.map(({ recording }) => recording.statement),
      rows.map(({ recording }) => recording.issuer),
      rows.map(({ recording }) => recording.jws),
      rows.map(({ recording }) => recording.countersignature),
      opened.map(({ statement }) => statement),
      opened.map(({ openings }) => openings.sealed.ciphertext),
      opened.map(({ openings }) => openings.sealed.wrappedKey),
      opened.map(({ openings }) => openings.message),
      rows.map(({ part }) => part.member),
      rows.map(({ at }) => ids[at]),
      rows.map(({ recording }) => recording.index),
      rows.map(({ recording }) => Buffer.concat(recording.path)),
      rows.map(({ recording }) => recording.countersignature !== null),
      rows.map(({ recording }) => recording.counterpart),
    ],
  );
}

/** Writes the parts and answers their ids, in their order. */
async function newPartIds(tx: Tx, parts: readonly KeptPart[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }[]>(
    `WITH given AS MATERIALIZED (
       SELECT nextval(pg_get_serial_sequence('part', 'id')) AS id, member, slot, root, at
         FROM unnest($1::text[], $2::bigint[], $3::bytea[]) WITH ORDINALITY AS p (member, slot, root, at)
     ), written AS (
       INSERT INTO part (id, member, slot, root) OVERRIDING SYSTEM VALUE SELECT id, member, slot, root FROM given
     )
     SELECT id FROM given ORDER BY at`,
    [
      parts.map((part) => part.member),
      parts.map((part) => part.slot),
      parts.map((part) => Buffer.from(part.root)),
    ],
  );
  return rows.map((row) => row.id);
}
