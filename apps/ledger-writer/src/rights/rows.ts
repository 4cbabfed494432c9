import { parseBigint, type Tx } from '@besure/event-store';
import { parseState, type RightsState, type Note } from '@besure/governance';
import type { Db } from '@besure/log-store';
import { RIGHTS_ENTRY_HEAD_LENGTH } from '@besure/protocol';

/** The tables of rights; migration 005. */
export const RIGHTS_TABLES = `
  ALTER TABLE chain_state
    -- size and height at which a checkpoint of the log of rights was last due
    ADD COLUMN rights_due_size bigint NOT NULL DEFAULT 0,
    ADD COLUMN rights_due_height bigint NOT NULL DEFAULT -1;

  -- At most one row: what replaying the log of rights has come to. It can be made again from the log.
  CREATE TABLE rights_state (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    state text NOT NULL
  );

  -- Items for the stream of rights that this hub has taken and that no final block holds yet.
  CREATE TABLE rights_outgoing (
    -- SHA-256 of the item
    digest bytea PRIMARY KEY,
    item bytea NOT NULL,
    -- the height of the node when it was last published, and when that was; null before
    published_height bigint,
    published_at timestamptz,
    taken_at timestamptz NOT NULL DEFAULT statement_timestamp()
  );
`;

/** What publishers have used of their room; migration 007. */
export const ROOM_COLUMN = `
  ALTER TABLE chain_state
    -- of each publisher the bytes used, and the height for which that is said
    ADD COLUMN rights_rooms jsonb NOT NULL DEFAULT '{}';
`;

/** What the log of rights has come to; `null` before the first charter. */
export async function readRightsState(db: Db): Promise<RightsState | null> {
  const [row] = await db.query<{ state: string }[]>('SELECT state FROM rights_state');
  return row === undefined ? null : parseState(row.state);
}

/** Replaces the state; the text is the one of `formatState`. */
export async function writeRightsState(tx: Tx, state: string): Promise<void> {
  await tx.query(
    'INSERT INTO rights_state (state) VALUES ($1) ON CONFLICT (single) DO UPDATE SET state = excluded.state',
    [state],
  );
}

/** An item that waits for its block. */
export interface Outgoing {
  readonly digest: Uint8Array;
  readonly item: Uint8Array;
}

/**
 * Keeps an item to be published; the same once more, or the same note with another signature, changes nothing, and is answered with false. Of a note it notes the
 * id, and of a vote what it says.
 */
export async function keepOutgoing(
  tx: Tx,
  { digest, item }: Outgoing,
  note: Pick<Note, 'id' | 'content'> | null = null,
): Promise<boolean> {
  const vote = note?.content.kind === 'vote' ? note.content : null;
  const rows = await tx.query<unknown[]>(
    `INSERT INTO rights_outgoing (digest, item, note, proposal, member, number, choice)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING 1`,
    [digest, item, note?.id, vote?.proposal, vote?.member, vote?.number, vote?.choice],
  );
  return rows.length > 0;
}

/** How many bytes of items wait for their block. */
export async function waitingBytes(db: Db): Promise<number> {
  const [row] = await db.query<{ bytes: string }[]>(
    'SELECT coalesce(sum(length(item)), 0) AS bytes FROM rights_outgoing',
  );
  return parseBigint(row!.bytes);
}

/** Those that were never published, and those that no final block holds although they were, at `lost.height` or below and so long ago; the oldest first. */
export function outgoingToPublish(
  db: Db,
  lost: { readonly height: number; readonly millis: number },
  most: number,
): Promise<Outgoing[]> {
  return db.query<Outgoing[]>(
    `SELECT digest, item FROM rights_outgoing
      WHERE published_height IS NULL
         OR published_height <= $1 AND published_at <= statement_timestamp() - $2 * interval '1 millisecond'
      ORDER BY taken_at, digest LIMIT $3`,
    [lost.height, lost.millis, most],
  );
}

/** How many bytes of entries were published and stand in no final block yet, those that are lost left aside. */
export async function publishedBytes(
  db: Db,
  lost: { readonly height: number; readonly millis: number },
): Promise<number> {
  const [row] = await db.query<{ bytes: string }[]>(
    `SELECT coalesce(sum(length(item) + $3), 0) AS bytes FROM rights_outgoing
      WHERE published_height > $1 OR published_at > statement_timestamp() - $2 * interval '1 millisecond'`,
    [lost.height, lost.millis, RIGHTS_ENTRY_HEAD_LENGTH],
  );
  return parseBigint(row!.bytes);
}

/** Notes that an item was handed to the node. */
export async function notePublished(db: Db, digest: Uint8Array, height: number): Promise<void> {
  await db.query(
    'UPDATE rights_outgoing SET published_height = $2, published_at = statement_timestamp() WHERE digest = $1',
    [digest, height],
  );
}

/** Forgets those that are in the log. */
export async function forgetOutgoing(tx: Tx, digests: readonly Uint8Array[]): Promise<void> {
  if (digests.length === 0) return;
  await tx.query('DELETE FROM rights_outgoing WHERE digest = ANY($1::bytea[])', [digests]);
}
