import { parseBigint, type Tx } from '@besure/event-store';
import type { Db, MadeAccusation } from '@besure/log-store';

/** One for each who is accused and each lie, for good. */
export const ACCUSATION_TABLE = `
  CREATE TABLE accusation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- the key name of a hub or a witness
    accused text NOT NULL,
    lie text NOT NULL,
    -- besure-accusation-v0
    file text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    UNIQUE (accused, lie)
  );
  CREATE TRIGGER accusation_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON accusation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`;

/** An accusation as it is listed. */
export interface ListedAccusation {
  readonly id: string;
  /** The key name of who is accused. */
  readonly accused: string;
  readonly lie: string;
  readonly at: string;
}

/** Keeps an accusation; false where there is one of that lie already. */
export async function keepAccusation(tx: Tx, { accused, lie, text }: MadeAccusation): Promise<boolean> {
  const rows = await tx.query<{ id: string }[]>(
    `INSERT INTO accusation (accused, lie, file) VALUES ($1, $2, $3) ON CONFLICT (accused, lie) DO NOTHING RETURNING id`,
    [accused.name, lie, text],
  );
  return rows.length > 0;
}

/** All accusations, oldest first: at most as many as there are hubs and witnesses, times lies. */
export async function listAccusations(db: Db): Promise<ListedAccusation[]> {
  const rows = await db.query<{ id: string; accused: string; lie: string; made_at: Date }[]>(
    'SELECT id, accused, lie, made_at FROM accusation ORDER BY id',
  );
  return rows.map(({ made_at: madeAt, ...row }) => ({ ...row, at: madeAt.toISOString() }));
}

/** The file of one. */
export async function readAccusation(db: Db, id: string): Promise<string | null> {
  const [row] = await db.query<{ file: string }[]>('SELECT file FROM accusation WHERE id = $1', [id]);
  return row?.file ?? null;
}

/** How many there are. */
export async function countAccusations(db: Db): Promise<number> {
  const [row] = await db.query<{ times: string }[]>('SELECT count(*) AS times FROM accusation');
  return parseBigint(row?.times ?? '0');
}
