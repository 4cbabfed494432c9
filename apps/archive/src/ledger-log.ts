import type { Tx } from '@besure/event-store';

/** A checkpoint under a quorum of the charter, as evidence carries it. */
export interface QuorateCheckpoint {
  /** Only signatures of the charter's keys that verify, each once. */
  readonly note: string;
  readonly size: number;
  /** When the quorum had seen it. */
  readonly recordedAt: Date;
}

/**
 * The ledger log as this archive followed it.
 *
 * - Durability: PostgreSQL, in the tables of this service.
 * - Consistency: what is covered stays covered by the same checkpoint: evidence takes the first quorate one.
 */
export interface LedgerLog {
  /** How many entries were followed. */
  size(tx: Tx): Promise<number>;
  /** How many entries the latest quorate checkpoint covers. */
  coveredSize(tx: Tx): Promise<number>;
  /** The first quorate checkpoint that covers an entry; null where none does yet. */
  covering(tx: Tx, leaf: number): Promise<QuorateCheckpoint | null>;
  /** From the entry's sibling up to a child of the root. */
  inclusionProof(tx: Tx, leaf: number, size: number): Promise<readonly Uint8Array[]>;
}
