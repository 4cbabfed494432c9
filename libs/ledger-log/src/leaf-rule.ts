import {
  type Block,
  proofItemOf,
  type ProofItemSkip,
  streamCreationOf,
  streamEntity,
  type Transaction,
} from '@besure/ledger-tx';
import {
  encodeLogEntry,
  ITEM_LENGTH,
  ITEM_MAGIC,
  parseItem,
  ProtocolError,
  type Sha256,
} from '@besure/protocol';

// Which transactions of final blocks become leaves of the log of proofs: specs/ledger-log.md. Everything here follows from the chain and the
// rule's values, so that every hub, mirror and auditor derives the same log.

/** How time is cut: slot `base` starts at `startMillis` (since 1970). */
export interface Slots {
  readonly base: number;
  readonly startMillis: number;
  readonly lengthMillis: number;
}

/** What the rule goes by beside the blocks. */
export interface LeafRule {
  /** Names of the network's two streams. */
  readonly streams: { readonly proofs: string; readonly rights: string };
  readonly slots: Slots;
  /**
   * How far ahead of its block's own time a slot may start. Wide enough for every clock that a chain tolerates; without a limit, whoever gets hold of
   * a member's key could use up all its future slots at once.
   */
  readonly slotAheadSeconds: number;
  /** A checkpoint is due at heights that this divides. */
  readonly checkpointEvery: number;
  /** The member whose ledger key this is (HASH160) at that height. */
  readonly memberAt: (keyHash: Uint8Array, height: number) => string | undefined;
}

/** Why a transaction adds no leaf; a closed list, and never an error: anyone may write anything into a ledger. */
export type LeafSkip =
  ProofItemSkip | 'no-stream' | 'item' | 'publisher' | 'slot-before-first' | 'slot-ahead' | 'slot-taken';

/** A leaf, unless the member has one for that slot already. */
export interface LeafCandidate {
  readonly member: string;
  readonly slot: number;
  readonly entry: Uint8Array;
}

/** What a transaction is to the log. */
export type LeafOutcome = LeafCandidate | { readonly skip: LeafSkip };

/** The creation transactions of the network's two streams, null while they are not in a final block. */
export interface Streams {
  readonly proofs: string | null;
  readonly rights: string | null;
}

/** What a block holds for the log. */
export interface BlockContent {
  /** One for each transaction, in order; which candidates are leaves is still open. */
  readonly outcomes: readonly LeafOutcome[];
  readonly streams: Streams;
}

/** Reads one final block. `streams` are those known from the blocks below it. */
export function readBlock(
  rule: LeafRule,
  block: Block,
  height: number,
  streams: Streams,
  sha256: Sha256,
): BlockContent {
  let known = streams;
  const outcomes = block.transactions.map(({ transaction, txid }) => {
    known = withCreations(rule, known, transaction, txid);
    return outcomeOf(rule, transaction, { height, time: block.header.time }, known.proofs, sha256);
  });
  return { outcomes, streams: known };
}

function outcomeOf(
  rule: LeafRule,
  transaction: Transaction,
  block: { readonly height: number; readonly time: number },
  proofs: string | null,
  sha256: Sha256,
): LeafOutcome {
  if (proofs === null) return { skip: 'no-stream' };
  const found = proofItemOf(transaction, streamEntity(proofs), ITEM_LENGTH, ITEM_MAGIC, sha256);
  if ('skip' in found) return found;
  const member = rule.memberAt(found.keyHash, block.height);
  if (member === undefined) return { skip: 'publisher' };
  const slot = slotOf(found.data);
  if (slot === null) return { skip: 'item' };
  if (slot < rule.slots.base) return { skip: 'slot-before-first' };
  if (!startsBy(rule.slots, slot, (block.time + rule.slotAheadSeconds) * 1000)) return { skip: 'slot-ahead' };
  const entry = encodeLogEntry({ publisher: found.keyHash, height: block.height, item: found.data });
  return { member, slot, entry };
}

function slotOf(item: Uint8Array): number | null {
  try {
    return parseItem(item).slot;
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** Whether a slot starts at `latest` or before. A start that is no exact number lies beyond every time that a block can bear. */
function startsBy({ base, startMillis, lengthMillis }: Slots, slot: number, latest: number): boolean {
  const start = startMillis + (slot - base) * lengthMillis;
  return Number.isSafeInteger(start) && start <= latest;
}

/** A chain has no two streams of one name: the first creation in a final block is the one. */
export function withCreations(
  rule: Pick<LeafRule, 'streams'>,
  streams: Streams,
  transaction: Transaction,
  txid: string,
): Streams {
  if (streams.proofs !== null && streams.rights !== null) return streams;
  const names = transaction.outputs.map((output) => streamCreationOf(output.script)?.name);
  return {
    proofs: streams.proofs ?? (names.includes(rule.streams.proofs) ? txid : null),
    rights: streams.rights ?? (names.includes(rule.streams.rights) ? txid : null),
  };
}
