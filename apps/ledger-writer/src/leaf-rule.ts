import { type Charter, memberByKeyHash, slotAt } from '@besure/governance';
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

// Which transactions of final blocks become leaves of the log of proofs. Everything here follows from the chain and the charter alone, so that
// every hub, mirror and auditor derives the same log. No clock, no database, no node.

/** Why a transaction adds no leaf; a closed list, and never an error: anyone may write anything into a ledger. */
export type LeafSkip =
  ProofItemSkip | 'no-stream' | 'item' | 'publisher' | 'slot-before-first' | 'slot-ahead' | 'slot-taken';

/** A leaf, unless the member has one for that slot already. */
export interface LeafCandidate {
  readonly member: string;
  readonly slot: number;
  readonly entry: Uint8Array;
}

/** The creation transactions of the network's two streams, null while they are not in a final block. */
export interface Streams {
  readonly proofs: string | null;
  readonly rights: string | null;
}

/** What a block holds for the log. */
export interface BlockContent {
  readonly candidates: readonly LeafCandidate[];
  /** Skipped items of the proofs stream or what looked like one, by reason. Ordinary transactions are not counted. */
  readonly skipped: ReadonlyMap<LeafSkip, number>;
  readonly streams: Streams;
}

/** Reads one final block. `streams` are those known from the blocks below it. */
export function readBlock(
  block: Block,
  height: number,
  streams: Streams,
  charter: Charter,
  sha256: Sha256,
): BlockContent {
  const candidates: LeafCandidate[] = [];
  const skipped = new Map<LeafSkip, number>();
  let known = streams;
  for (const { transaction, txid } of block.transactions) {
    known = withCreations(known, transaction, txid, charter);
    const leaf = candidateOf(transaction, height, block.header.time, known.proofs, charter, sha256);
    if ('skip' in leaf) skipped.set(leaf.skip, (skipped.get(leaf.skip) ?? 0) + 1);
    else candidates.push(leaf);
  }
  return { candidates, skipped, streams: known };
}

/** Takes the first item of each member for each slot, given which are taken already; in ledger order. */
export function firstOfSlot(
  candidates: readonly LeafCandidate[],
  isTaken: (member: string, slot: number) => boolean,
): LeafCandidate[] {
  const seen = new Set<string>();
  return candidates.filter(({ member, slot }) => {
    const key = `${slot} ${member}`;
    if (seen.has(key) || isTaken(member, slot)) return false;
    seen.add(key);
    return true;
  });
}

function candidateOf(
  transaction: Transaction,
  height: number,
  blockSeconds: number,
  proofs: string | null,
  charter: Charter,
  sha256: Sha256,
): LeafCandidate | { readonly skip: LeafSkip } {
  if (proofs === null) return { skip: 'no-stream' };
  const found = proofItemOf(transaction, streamEntity(proofs), ITEM_LENGTH, ITEM_MAGIC, sha256);
  if ('skip' in found) return found;
  const member = memberByKeyHash(charter, found.keyHash, height);
  if (member === undefined) return { skip: 'publisher' };
  const slot = slotOf(found.data);
  if (slot === null) return { skip: 'item' };
  if (slot < charter.slots.base) return { skip: 'slot-before-first' };
  // Compared as slots: the start of a slot far enough ahead is no moment at all.
  const latest = (blockSeconds + charter.limits.slotAheadSeconds) * 1000;
  if (latest < charter.slots.startMillis || slot > slotAt(charter, latest)) return { skip: 'slot-ahead' };
  return {
    member: member.id,
    slot,
    entry: encodeLogEntry({ publisher: found.keyHash, height, item: found.data }),
  };
}

function slotOf(item: Uint8Array): number | null {
  try {
    return parseItem(item).slot;
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** A chain has no two streams of one name: the first creation in a final block is the one. */
function withCreations(streams: Streams, transaction: Transaction, txid: string, charter: Charter): Streams {
  if (streams.proofs !== null && streams.rights !== null) return streams;
  const names = transaction.outputs.map((output) => streamCreationOf(output.script)?.name);
  const { proofs, rights } = charter.ledger.streams;
  return {
    proofs: streams.proofs ?? (names.includes(proofs) ? txid : null),
    rights: streams.rights ?? (names.includes(rights) ? txid : null),
  };
}
