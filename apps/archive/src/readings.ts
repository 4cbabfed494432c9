import type { Tx } from '@besure/event-store';
import type { ClaimName } from '@besure/protocol';
import type { Caller } from '@besure/service';

/** Who read which evidence, when, and which claims it showed. No fact. */
export interface Reading {
  readonly id: string;
  readonly at: string;
  /** SHA-256 of the token, as the tokens file has it; null where the caller showed a certificate. */
  readonly token: string | null;
  /** SHA-256 of the public key of the client certificate, as the tokens file has it; null where the caller had a token. */
  readonly certificate: string | null;
  readonly organisation: string | null;
  readonly statement: string;
  readonly shown: readonly string[];
}

/** Most readings in one answer. */
export const MAX_READINGS = 500;

/** Notes that evidence is handed out: in the transaction that read it, so nothing leaves without a note. */
export async function noteReading(
  tx: Tx,
  { credential: { kind, value }, organisation }: Caller,
  statement: string,
  shown: readonly ClaimName[],
): Promise<void> {
  await tx.query(
    'INSERT INTO reading (token, certificate, organisation, statement, shown) VALUES ($1, $2, $3, $4, $5)',
    [kind === 'token' ? value : null, kind === 'certificate' ? value : null, organisation, statement, shown],
  );
}

/** The readings that follow one, oldest first; of one statement only where it is given. */
export async function readReadings(
  tx: Tx,
  { after, statement }: { readonly after: string; readonly statement: string | null },
): Promise<Reading[]> {
  const rows = await tx.query<(Omit<Reading, 'at'> & { read_at: Date })[]>(
    `SELECT id, read_at, token, certificate, organisation, statement, shown FROM reading
      WHERE id > $1 AND ($2::text IS NULL OR statement = $2) ORDER BY id LIMIT $3`,
    [after, statement, MAX_READINGS],
  );
  return rows.map(({ read_at: readAt, ...row }) => ({ ...row, at: readAt.toISOString() }));
}
