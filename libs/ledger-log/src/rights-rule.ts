import { publishedItemOf, type PublishedItemSkip, streamEntity, type Transaction } from '@besure/ledger-tx';
import { encodeRightsEntry, ProtocolError, readRightsItem, type Sha256 } from '@besure/protocol';
import type { BlockAt, LogState } from './derivation.js';
import { type LeafRule, withCreations } from './leaf-rule.js';

// Which transactions of final blocks become leaves of the log of rights: specs/rights.md. Anyone who may write into the stream may put a leaf there:
// authority comes from the signature in it, which replay judges.

/** Why a transaction adds no leaf to the log of rights; a closed list. */
export type RightsSkip = PublishedItemSkip | 'no-stream' | 'item';

/** What a transaction is to the log of rights. */
export type RightsLeafOutcome = { readonly entry: Uint8Array } | { readonly skip: RightsSkip };

/** A block with its place in the log of rights; `size` is that of the log with its leaves. */
export interface RightsBlock {
  readonly height: number;
  /** One for each transaction, in order. */
  readonly outcomes: readonly RightsLeafOutcome[];
  readonly entries: readonly Uint8Array[];
  readonly size: number;
  /** Whether a checkpoint over the log of this size is due. */
  readonly isDue: boolean;
}

/** What consecutive final blocks add to the log of rights. */
export interface RightsDerivation {
  readonly blocks: readonly RightsBlock[];
  readonly dueSize: number;
}

/**
 * Reads consecutive final blocks. What they add does not depend on who is a member, so that it can be replayed first, and the log of
 * proofs be derived with the members that come of it.
 *
 * @param before the streams that are known from the blocks below, the size of the log, and that at the last checkpoint that was due
 */
export function deriveRights(
  rule: Pick<LeafRule, 'streams' | 'checkpointEvery'>,
  before: LogState,
  blocks: readonly BlockAt[],
  sha256: Sha256,
): RightsDerivation {
  let { streams, size, dueSize } = before;
  const derived = blocks.map(({ height, block }): RightsBlock => {
    const outcomes = block.transactions.map(({ transaction, txid }): RightsLeafOutcome => {
      streams = withCreations(rule, streams, transaction, txid);
      return outcomeOf(transaction, streams.rights, { height, time: block.header.time }, sha256);
    });
    const entries = outcomes.flatMap((outcome) => ('entry' in outcome ? [outcome.entry] : []));
    size += entries.length;
    const isDue = height % rule.checkpointEvery === 0 && size > dueSize;
    if (isDue) dueSize = size;
    return { height, outcomes, entries, size, isDue };
  });
  return { blocks: derived, dueSize };
}

function outcomeOf(
  transaction: Transaction,
  stream: string | null,
  block: { readonly height: number; readonly time: number },
  sha256: Sha256,
): RightsLeafOutcome {
  if (stream === null) return { skip: 'no-stream' };
  const found = publishedItemOf(transaction, streamEntity(stream), sha256);
  if ('skip' in found) return found;
  if (!isRightsItem(found.data)) return { skip: 'item' };
  return { entry: encodeRightsEntry({ publisher: found.keyHash, ...block, item: found.data }) };
}

function isRightsItem(data: Uint8Array): boolean {
  try {
    readRightsItem(data);
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}
