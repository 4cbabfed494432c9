import { type Tx, arrays, parseBigint } from '@besure/event-store';
import type { KeptPart, KeptRecording } from './kept-part.js';
import { shareSettling } from './settle.js';

/**
 * Keeps parts, whatever of them is kept already: a statement and its openings once, one recording of each member. A countersignature that
 * was missing is added; one that is there stays.
 *
 * @returns the statements that are kept with another signature or countersignature than was recorded: that recording is not kept. Its path starts at
 *   other bytes, and beside these it would make evidence that nobody accepts
 */
export async function keepParts(tx: Tx, parts: readonly KeptPart[]): Promise<ReadonlySet<string>> {
  const all = parts.flatMap((part, at) => part.recordings.map((recording) => ({ part, at, recording })));
  if (all.length === 0) return new Set();
  await shareSettling(tx);
  const ids = await newPartIds(tx, parts);
  const differing = await keepStatements(
    tx,
    all.map(({ recording }) => recording),
  );
  const rows = all.filter(({ recording }) => !differing.has(recording.statement));
  await tx.query(
    `INSERT INTO recording (statement, member, part, index, path, countersigned, counterpart)
     SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::bytea[], $6::boolean[], $7::text[])
     ON CONFLICT DO NOTHING`,
    [
      arrays.text(rows.map(({ recording }) => recording.statement)),
      arrays.text(rows.map(({ part }) => part.member)),
      arrays.bigint(rows.map(({ at }) => ids[at]!)),
      arrays.integer(rows.map(({ recording }) => recording.index)),
      arrays.bytea(rows.map(({ recording }) => Buffer.concat(recording.path))),
      arrays.boolean(rows.map(({ recording }) => recording.countersignature !== null)),
      arrays.text(rows.map(({ recording }) => recording.counterpart)),
    ],
  );
  return differing;
}

/** Keeps statements and their openings; answers which of them are kept with other bytes. */
async function keepStatements(tx: Tx, recordings: readonly KeptRecording[]): Promise<ReadonlySet<string>> {
  const unknown = recordings.filter((recording) => !recording.isKnown);
  const opened = recordings.flatMap(({ statement, openings }) =>
    openings === null ? [] : [{ statement, openings }],
  );
  const rows = await tx.query<{ id: string }[]>(
    `WITH kept AS (
       INSERT INTO statement AS s (id, issuer, jws, countersignature)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
       ON CONFLICT (id) DO UPDATE SET countersignature = excluded.countersignature
         WHERE s.jws = excluded.jws AND s.countersignature IS NULL AND excluded.countersignature IS NOT NULL
       RETURNING id
     ), opened AS (
       INSERT INTO opening (statement, ciphertext, key, message)
       SELECT * FROM unnest($5::text[], $6::bytea[], $7::bytea[], $8::bytea[])
       ON CONFLICT DO NOTHING
     )
     SELECT id FROM kept`,
    [
      arrays.text(unknown.map((recording) => recording.statement)),
      arrays.text(unknown.map((recording) => recording.issuer)),
      arrays.text(unknown.map((recording) => recording.jws)),
      arrays.text(unknown.map((recording) => recording.countersignature)),
      arrays.text(opened.map(({ statement }) => statement)),
      arrays.bytea(opened.map(({ openings }) => openings.sealed.ciphertext)),
      arrays.bytea(opened.map(({ openings }) => openings.sealed.wrappedKey)),
      arrays.bytea(opened.map(({ openings }) => openings.message)),
    ],
  );
  const written = new Set(rows.map(({ id }) => id));
  return differingFrom(
    tx,
    unknown.filter(({ statement }) => !written.has(statement)),
  );
}

/** Read in a query of its own: what another transaction kept a moment ago, the one before could not see. */
async function differingFrom(tx: Tx, given: readonly KeptRecording[]): Promise<ReadonlySet<string>> {
  if (given.length === 0) return new Set();
  const rows = await tx.query<{ id: string; jws: string; countersignature: string | null }[]>(
    'SELECT id, jws, countersignature FROM statement WHERE id = ANY($1::text[])',
    [arrays.text(given.map(({ statement }) => statement))],
  );
  const kept = new Map(rows.map((row) => [row.id, row]));
  const isKept = ({ statement, jws, countersignature }: KeptRecording): boolean => {
    const row = kept.get(statement);
    return row?.jws === jws && (countersignature === null || row.countersignature === countersignature);
  };
  return new Set(given.filter((recording) => !isKept(recording)).map(({ statement }) => statement));
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
