import { decodeOpenings } from '@besure/protocol';
import { type Tx, parseBigint } from '@besure/event-store';
import type { FactsVault } from '@besure/keys';
import type { EvidenceParts, FinalRecording } from './assemble.js';
import type { LedgerLog } from './ledger-log.js';
import { splitPath } from './path.js';
import { timeStampCovering } from './time-stamps/rows.js';

/** What the tables hold about one statement. */
export interface KeptEvidence extends EvidenceParts {
  /** Whether openings are kept; without them nothing can be shown. */
  readonly opened: boolean;
}

interface StatementRow {
  readonly issuer: string;
  readonly jws: string;
  readonly countersignature: string | null;
  readonly ciphertext: Buffer | null;
  readonly key: Buffer | null;
}

interface RecordingRow {
  readonly member: string;
  readonly slot: string;
  readonly height: string;
  readonly leaf: string;
  readonly index: number;
  readonly path: Buffer;
  readonly countersigned: boolean;
}

/** Reads what evidence of a statement is made of; null where the statement is not known. Only final recordings are in it. */
export async function readEvidence(
  tx: Tx,
  statement: string,
  context: { readonly log: LedgerLog; readonly vault: FactsVault },
): Promise<KeptEvidence | null> {
  const [row] = await tx.query<StatementRow[]>(
    `SELECT s.issuer, s.jws, s.countersignature, o.ciphertext, o.key
       FROM statement s LEFT JOIN opening o ON o.statement = s.id
      WHERE s.id = $1`,
    [statement],
  );
  if (row === undefined) return null;
  const opened = row.ciphertext !== null && row.key !== null;
  return {
    issuer: row.issuer,
    jws: row.jws,
    countersignature: row.countersignature,
    opened,
    disclosures: opened
      ? decodeOpenings(context.vault.open({ ciphertext: row.ciphertext, wrappedKey: row.key }))
      : [],
    recordings: await readRecordings(tx, statement, context.log),
  };
}

async function readRecordings(tx: Tx, statement: string, log: LedgerLog): Promise<FinalRecording[]> {
  const rows = await tx.query<RecordingRow[]>(
    `SELECT r.member, p.slot, i.height, p.leaf, r.index, r.path, r.countersigned
       FROM (SELECT member, part, index, path, countersigned FROM recording WHERE statement = $1 OFFSET 0) r
      CROSS JOIN LATERAL (SELECT slot, leaf FROM part WHERE id = r.part AND leaf IS NOT NULL LIMIT 1) p
      CROSS JOIN LATERAL (SELECT height FROM item WHERE member = r.member AND slot = p.slot LIMIT 1) i`,
    [statement],
  );
  const recordings: FinalRecording[] = [];
  for (const row of rows) {
    const leaf = parseBigint(row.leaf);
    const checkpoint = await log.covering(tx, leaf);
    if (checkpoint === null) continue;
    recordings.push({
      by: row.member,
      slot: parseBigint(row.slot),
      height: parseBigint(row.height),
      index: row.index,
      path: splitPath(row.path),
      countersigned: row.countersigned,
      leaf,
      inclusion: await log.inclusionProof(tx, leaf, checkpoint.size),
      checkpoint: checkpoint.note,
      timeStamp: await readTimeStamp(tx, leaf, log),
    });
  }
  return recordings;
}

async function readTimeStamp(tx: Tx, leaf: number, log: LedgerLog): Promise<FinalRecording['timeStamp']> {
  const stamped = await timeStampCovering(tx, leaf);
  if (stamped === null) return null;
  const { checkpoint, token, size } = stamped;
  return { checkpoint, token, inclusion: await log.inclusionProof(tx, leaf, size) };
}

/** A statement that is kept, as a list shows it. */
export interface ListedStatement {
  readonly id: string;
  readonly issuer: string;
  readonly recordings: number;
}

/** The statements about a message, found under any of these hashes of its identifier. */
export async function listByMessage(tx: Tx, hashes: readonly Uint8Array[]): Promise<ListedStatement[]> {
  return tx.query<ListedStatement[]>(
    `SELECT s.id, s.issuer, count(p.leaf)::integer AS recordings
       FROM opening o
       JOIN statement s ON s.id = o.statement
       JOIN recording r ON r.statement = s.id
       JOIN part p ON p.id = r.part
      WHERE o.message = ANY($1::bytea[])
      GROUP BY s.id, s.issuer, s.kept_at
      ORDER BY s.kept_at, s.id`,
    [hashes.map((hash) => Buffer.from(hash))],
  );
}
