import { parseBigint, runTransaction, type Tx } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import type { Db, LogStore } from '@besure/log-store';
import {
  type Checkpoint,
  equalBytes,
  formatCheckpoint,
  MAX_CHECKPOINTS,
  parseCheckpoint,
  type PendingCheckpoints,
  type Primitives,
} from '@besure/protocol';
import { judgeCheckpoint, type KnownLine, knownLines } from '@besure/verification';
import type { DataSource } from 'typeorm';
import { LedgerWriterError } from './error.js';

/** What gathering cosignatures needs. */
export interface CosignaturesOptions {
  readonly dataSource: DataSource;
  readonly log: LogStore;
  /** By which signatures count now. */
  readonly charter: () => Charter;
  readonly primitives: Primitives;
  /** After a checkpoint of that size has come under a quorum. */
  readonly onPublished: (size: number) => void;
  /** Once for each checkpoint of this log with another root that a hub of the charter has signed. */
  readonly onContradiction: (signer: string, size: number) => void;
}

/** Of one signer: who signs one lie can sign many, and the first ones name it. */
const MOST_PER_SIGNER = 4;

/**
 * Gathers on this hub's checkpoints the signature lines that archives hand over: those of the charter's keys that verify, on the very text that is
 * stored. A checkpoint is published once the charter's quorum has signed it. Whatever arrives twice, late or in another order gives the same.
 */
export class Cosignatures {
  readonly #options: CosignaturesOptions;

  constructor(options: CosignaturesOptions) {
    this.#options = options;
  }

  /** The name that the checkpoints of this log bear. */
  get origin(): string {
    return this.#options.log.origin;
  }

  /** Whether a checkpoint may be published: the log and a quorum of the charter have signed it. */
  suffices(note: string): boolean {
    const { charter, primitives } = this.#options;
    const { signedByLog, recordedTime } = judgeCheckpoint(note, charter(), primitives);
    return signedByLog && recordedTime !== null;
  }

  /** Takes in notes; answers how many of their lines were new. Throws `other-root`, after all of them were looked at. */
  async merge(notes: readonly string[]): Promise<number> {
    let merged = 0;
    let isContradicted = false;
    for (const note of notes) {
      const checkpoint = parseCheckpoint(note);
      const stored = await this.#options.log.checkpointAt(this.#options.dataSource, checkpoint.size);
      if (stored !== null && parseCheckpoint(stored).text === checkpoint.text) {
        merged += await this.#mergeInto(stored, checkpoint);
      } else if (await this.#contradicts(checkpoint)) {
        isContradicted = true;
        await this.#keepContradiction(note, checkpoint);
      }
    }
    if (isContradicted) throw new LedgerWriterError('other-root', 'this log has another root at that size');
    return merged;
  }

  /** What witnesses look at. */
  async pending(): Promise<PendingCheckpoints> {
    const { dataSource, log } = this.#options;
    return {
      checkpoints: await log.pendingCheckpoints(dataSource, MAX_CHECKPOINTS),
      contradictions: await readContradictions(dataSource, log.origin),
    };
  }

  async #mergeInto(stored: string, { origin, size, root, signatures }: Checkpoint): Promise<number> {
    const { dataSource, log, charter, primitives, onPublished } = this.#options;
    const known = new Set(parseCheckpoint(stored).signatures.map(({ line }) => line));
    const unknown = signatures.map(({ line }) => line).filter((line) => !known.has(line));
    if (unknown.length === 0) return 0;
    const body = { origin, size, root };
    const lines = knownLines(formatCheckpoint(body, unknown), charter(), primitives).map(({ line }) => line);
    if (lines.length === 0) return 0;
    const saved = await runTransaction(dataSource, (tx) =>
      log.saveCheckpoint(tx, formatCheckpoint(body, lines), (note) => this.suffices(note)),
    );
    if (saved.isNewlyPublished) onPublished(size);
    return saved.added;
  }

  /** A size that this log has, with another root; sizes that it does not have yet say nothing. */
  async #contradicts({ origin, size, root }: Checkpoint): Promise<boolean> {
    const { dataSource, log } = this.#options;
    if (origin !== log.origin || size > (await log.head(dataSource)).size) return false;
    return !equalBytes(await log.root(dataSource, size), root);
  }

  /** Only what a hub of the charter has signed as the log proves something, and is shown to witnesses: a witness alone can sign any root. */
  async #keepContradiction(note: string, checkpoint: Checkpoint): Promise<void> {
    const { dataSource, charter, primitives, onContradiction } = this.#options;
    const lines = knownLines(note, charter(), primitives);
    const signer = lines.find(({ role, key }) => role === 'log' && key.type === 'ml-dsa-44')?.by.id;
    if (signer === undefined) return;
    const isNew = await runTransaction(dataSource, (tx) =>
      insertContradiction(tx, signer, checkpoint, lines),
    );
    if (isNew) onContradiction(signer, checkpoint.size);
  }
}

async function insertContradiction(
  tx: Tx,
  signer: string,
  { text, origin, size, root }: Checkpoint,
  lines: readonly KnownLine[],
): Promise<boolean> {
  const note = formatCheckpoint(
    { origin, size, root },
    lines.map(({ line }) => line),
  );
  const rows = await tx.query<{ id: string }[]>(
    `INSERT INTO contradiction (signer, text, note)
     SELECT $1, $2, $3 WHERE (SELECT count(*) FROM contradiction WHERE signer = $1) < $4
     ON CONFLICT (text) DO NOTHING RETURNING id`,
    [signer, text, note, MOST_PER_SIGNER],
  );
  return rows.length > 0;
}

async function readContradictions(db: Db, origin: string): Promise<string[]> {
  const rows = await db.query<{ note: string }[]>(
    'SELECT note FROM contradiction WHERE starts_with(text, $1) ORDER BY id LIMIT $2',
    [`${origin}\n`, MAX_CHECKPOINTS],
  );
  return rows.map(({ note }) => note);
}

/** How many contradictions are kept. */
export async function countContradictions(db: Db): Promise<number> {
  const [row] = await db.query<{ times: string }[]>('SELECT count(*) AS times FROM contradiction');
  return parseBigint(row?.times ?? '0');
}
