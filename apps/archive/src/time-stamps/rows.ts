import { parseBigint, type Tx } from '@besure/event-store';

/** A time-stamp token over a checkpoint of the log. */
export interface StampedCheckpoint {
  readonly size: number;
  /** The text of the checkpoint, which the token is over. */
  readonly checkpoint: string;
  readonly token: Uint8Array;
}

/** The table of tokens. */
export const TIME_STAMP_TABLE = `
  -- Tokens over checkpoints of the followed log, verified. They are part of evidence and come from outside: kept as long as it.
  CREATE TABLE time_stamp (
    size bigint PRIMARY KEY,
    checkpoint text NOT NULL,
    -- seconds, as the token says
    time bigint NOT NULL,
    token bytea NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT statement_timestamp()
  );
`;

/** Keeps a token; of two over the same checkpoint the earlier. */
export async function keepTimeStamp(
  tx: Tx,
  { size, checkpoint, token, time }: StampedCheckpoint & { readonly time: number },
): Promise<void> {
  await tx.query(
    `INSERT INTO time_stamp (size, checkpoint, time, token) VALUES ($1, $2, $3, $4)
     ON CONFLICT (size) DO UPDATE SET time = excluded.time, token = excluded.token WHERE time_stamp.time > excluded.time`,
    [size, checkpoint, time, Buffer.from(token)],
  );
}

/** The first token that covers a leaf; null where none does yet. */
export async function timeStampCovering(tx: Tx, leaf: number): Promise<StampedCheckpoint | null> {
  const [row] = await tx.query<{ size: string; checkpoint: string; token: Uint8Array }[]>(
    'SELECT size, checkpoint, token FROM time_stamp WHERE size > $1 ORDER BY size LIMIT 1',
    [leaf],
  );
  if (row === undefined) return null;
  return { size: parseBigint(row.size), checkpoint: row.checkpoint, token: new Uint8Array(row.token) };
}
