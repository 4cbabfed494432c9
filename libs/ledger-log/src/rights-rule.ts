import {
  publishedItemOf,
  type PublishedItemSkip,
  streamEntity,
  toHex,
  type Transaction,
} from '@besure/ledger-tx';
import { encodeRightsEntry, ProtocolError, readRightsItem, type Sha256 } from '@besure/protocol';
import type { BlockAt, LogState } from './derivation.js';
import { type LeafRule, withCreations } from './leaf-rule.js';
import { PUBLISHER_ROOM, type Rooms, SHARED_ROOM, useRoom } from './room.js';

// Which transactions of final blocks become leaves of the log of rights: specs/rights.md. Whoever may write into the stream may put a leaf there, as
// authority comes from the signature in it, which replay judges; but only so many bytes, as everyone reads all of the log for ever.

/** What the rule goes by beside the blocks. */
export interface RightsRule extends Pick<LeafRule, 'streams' | 'checkpointEvery'> {
  /** Whether that publisher (HASH160, hexadecimal) is the node of a hub, by the charter that came of the blocks below. */
  readonly isNode: (publisher: string) => boolean;
}

/** What the rule carries from one block to the next. */
export interface RightsLogState extends LogState {
  readonly rooms: Rooms;
}

/** Why a transaction adds no leaf to the log of rights; a closed list. */
export type RightsSkip = PublishedItemSkip | 'no-stream' | 'item' | 'room';

/** What a transaction is to the log of rights; `publisher` is known of what stands in its stream, HASH160 in hexadecimal. */
export type RightsLeafOutcome =
  { readonly entry: Uint8Array } | { readonly skip: RightsSkip; readonly publisher?: string };

/** A block with its place in the log of rights. */
export interface RightsBlock {
  readonly height: number;
  /** One for each transaction, in order. */
  readonly outcomes: readonly RightsLeafOutcome[];
  readonly entries: readonly Uint8Array[];
  /** Whether a checkpoint over the log is due after it. */
  readonly isDue: boolean;
  /** After the block. */
  readonly state: RightsLogState;
}

/** Reads one final block. It needs the hubs, but no members: so that it can be replayed first, and the log of proofs be derived with what comes of it. */
export function deriveRights(
  rule: RightsRule,
  before: RightsLogState,
  { height, block }: BlockAt,
  sha256: Sha256,
): RightsBlock {
  let { streams } = before;
  const rooms = new Map(before.rooms);
  const outcomes = block.transactions.map(({ transaction, txid }): RightsLeafOutcome => {
    streams = withCreations(rule, streams, transaction, txid);
    const found = itemIn(transaction, streams.rights, sha256);
    if ('skip' in found) return found;
    const entry = encodeRightsEntry({
      publisher: found.keyHash,
      height,
      time: block.header.time,
      item: found.data,
    });
    const publisher = toHex(found.keyHash);
    const room = rule.isNode(publisher) ? publisher : SHARED_ROOM;
    const used = useRoom(PUBLISHER_ROOM, rooms.get(room), entry.length, height);
    if (used === null) return { skip: 'room', publisher };
    rooms.set(room, used);
    return { entry };
  });
  const entries = outcomes.flatMap((outcome) => ('entry' in outcome ? [outcome.entry] : []));
  const size = before.size + entries.length;
  const isDue = height % rule.checkpointEvery === 0 && size > before.dueSize;
  const state = { streams, size, dueSize: isDue ? size : before.dueSize, rooms };
  return { height, outcomes, entries, isDue, state };
}

function itemIn(
  transaction: Transaction,
  stream: string | null,
  sha256: Sha256,
):
  | { readonly keyHash: Uint8Array; readonly data: Uint8Array }
  | { readonly skip: RightsSkip; readonly publisher?: string } {
  if (stream === null) return { skip: 'no-stream' };
  const found = publishedItemOf(transaction, streamEntity(stream), sha256);
  if ('skip' in found || isRightsItem(found.data)) return found;
  return { skip: 'item', publisher: toHex(found.keyHash) };
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
