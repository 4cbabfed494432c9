import { parseBigint, type Tx } from '@besure/event-store';
import type { Db } from '@besure/log-store';

/** A time-stamp token over a checkpoint of the log. */
export interface StampedCheckpoint {
  readonly size: number;
  /** The text of the checkpoint, which the token is over. */
  readonly checkpoint: string;
  /** Seconds since 1970, as the token says. */
  readonly time: number;
  readonly token: Uint8Array;
}

interface Row {
  readonly size: string;
  readonly checkpoint: string;
  readonly time: string;
  readonly token: Uint8Array;
}

/** The table of tokens. They come from outside and cannot be made again. */
export const TIME_STAMP_TABLE = `
  CREATE TABLE time_stamp (
    size bigint PRIMARY KEY,
    checkpoint text NOT NULL,
    -- seconds, as the token says
    time bigint NOT NULL,
    token bytea NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT statement_timestamp()
  );
`;

/** Keeps a token. Of one checkpoint the first stays. */
export async function insertTimeStamp(db: Db | Tx, stamp: StampedCheckpoint): Promise<void> {
  await db.query(
    `INSERT INTO time_stamp (size, checkpoint, time, token) VALUES ($1, $2, $3, $4) ON CONFLICT (size) DO NOTHING`,
    [stamp.size, stamp.checkpoint, stamp.time, Buffer.from(stamp.token)],
  );
}

/** The token over the largest checkpoint that has one. */
export async function lastTimeStamp(db: Db): Promise<StampedCheckpoint | null> {
  const [row] = await db.query<Row[]>(
    'SELECT size, checkpoint, time, token FROM time_stamp ORDER BY size DESC LIMIT 1',
  );
  return row === undefined ? null : stampOf(row);
}

/** The token over the checkpoint of a size. */
export async function timeStampAt(db: Db, size: number): Promise<StampedCheckpoint | null> {
  const [row] = await db.query<Row[]>(
    'SELECT size, checkpoint, time, token FROM time_stamp WHERE size = $1',
    [size],
  );
  return row === undefined ? null : stampOf(row);
}

/** The tokens over checkpoints larger than a size, the smallest first. */
export async function timeStampsAfter(db: Db, after: number, most: number): Promise<StampedCheckpoint[]> {
  const rows = await db.query<Row[]>(
    'SELECT size, checkpoint, time, token FROM time_stamp WHERE size > $1 ORDER BY size LIMIT $2',
    [after, most],
  );
  return rows.map(stampOf);
}

function stampOf({ size, checkpoint, time, token }: Row): StampedCheckpoint {
  return { size: parseBigint(size), checkpoint, time: parseBigint(time), token: new Uint8Array(token) };
}
