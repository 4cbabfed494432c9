import { runTransaction, Worker } from '@besure/event-store';
import { addressFormatOf, type Charter, formatCharter, type Note, parseNote } from '@besure/governance';
import { PUBLISHER_ROOM, usedAt } from '@besure/ledger-log';
import { decodeAddress } from '@besure/ledger-tx';
import type { LedgerNode } from '@besure/multichain';
import {
  encodeHex,
  encodeRightsItem,
  RIGHTS_ENTRY_HEAD_LENGTH,
  type Sha256,
  utf8Encode,
} from '@besure/protocol';
import type { DataSource } from 'typeorm';
import type { ChainFollowerStatus } from '../chain-follower.js';
import { readChainState } from '../chain-rows.js';
import { LedgerWriterError } from '../error.js';
import { enter } from './door.js';
import {
  keepOutgoing,
  notePublished,
  type OutgoingVote,
  outgoingToPublish,
  publishedBytes,
  readRightsState,
} from './rows.js';
import type { Votes } from './votes.js';

/** What publishing needs. */
export interface RightsPublisherOptions {
  readonly dataSource: DataSource;
  readonly node: LedgerNode;
  readonly charter: Charter;
  /** Of this hub's node; `null` while it is no hub of the charter, and has no right to write. */
  readonly nodeAddress: () => string | null;
  readonly sha256: Sha256;
  readonly votes: Votes;
  readonly chain: () => Pick<ChainFollowerStatus, 'state' | 'tip' | 'streams'>;
  readonly pollMillis: number;
  /** A minute where it is not said. */
  readonly patienceMillis?: number;
  readonly onFailure: (error: unknown, failuresInARow: number) => void;
}

/** After so many blocks beyond the final depth, and so long, an item that is in none of them is lost: it is published once more. A copy changes nothing. */
const PATIENCE_BLOCKS = 20;
const PATIENCE_MILLIS = 60_000;
const MOST_AT_ONCE = 50;
/** So many may wait for a block: whoever may carry notes to a hub cannot fill its disk. */
const MOST_WAITING = 10_000;

/**
 * Carries the first charter and notes to the ledger, from the hub's own node. Taken is kept; kept is published until a final block holds it. It can
 * delay a note, not forge one.
 */
export class RightsPublisher {
  readonly #options: RightsPublisherOptions;
  readonly #worker: Worker;

  constructor(options: RightsPublisherOptions) {
    this.#options = options;
    this.#worker = new Worker({
      round: () => this.#round(),
      restMillis: options.pollMillis,
      backoff: { firstMillis: Math.min(100, options.pollMillis), largestMillis: 5_000 },
      onFailure: options.onFailure,
    });
  }

  /** Starts in the background. */
  start(): void {
    this.#worker.start();
  }

  /** Stops after the item under way. */
  stop(): Promise<void> {
    return this.#worker.stop();
  }

  /** Takes the charter that the network begins with, unless it has begun. */
  async found(): Promise<void> {
    if ((await readRightsState(this.#options.dataSource)) === null) await this.showItself();
  }

  /**
   * Publishes that charter: the first one founds the network, and whoever publishes it again shows that its node follows the chain and may write.
   * While one waits, another one is not taken.
   */
  showItself(): Promise<void> {
    const text = formatCharter(this.#options.charter);
    return this.#take(encodeRightsItem({ kind: 'charter', content: utf8Encode(text) }));
  }

  /**
   * Takes a note. What it says is for replay to judge. Throws `overloaded` where too many wait, `too-much` where its member has had its part, `number` for a vote
   * that another one of the member, on its way, would make void.
   */
  async carry(jws: string): Promise<void> {
    const note = parseNote(jws, this.#options.sha256);
    return this.#take(encodeRightsItem({ kind: 'note', content: utf8Encode(jws) }), note);
  }

  async #take(item: Uint8Array, note: Note | null = null): Promise<void> {
    const { dataSource, sha256, chain, votes } = this.#options;
    const said = note === null ? null : outgoingVoteOf(note);
    await runTransaction(dataSource, async (tx) => {
      const [row] = await tx.query<{ waiting: string }[]>('SELECT count(*) AS waiting FROM rights_outgoing');
      if (Number(row?.waiting) >= MOST_WAITING)
        throw new LedgerWriterError('overloaded', 'too many notes wait for the ledger');
      const isNew = await keepOutgoing(tx, { digest: sha256(item), item }, said);
      if (!isNew || note === null) return;
      await enter(tx, note.content.member, RIGHTS_ENTRY_HEAD_LENGTH + item.length, chain().tip);
      if (said !== null) await votes.assertIsLater(tx, said.note, said.vote);
    });
    this.#worker.wake();
  }

  async #round(): Promise<boolean> {
    const { dataSource, node, charter, chain } = this.#options;
    const nodeAddress = this.#options.nodeAddress();
    const { state, tip, streams } = chain();
    if (nodeAddress === null || state !== 'following' || streams.rights === null) return false;
    const lost = {
      height: tip - charter.ledger.finalDepth - PATIENCE_BLOCKS,
      millis: this.#options.patienceMillis ?? PATIENCE_MILLIS,
    };
    const outgoing = await outgoingToPublish(dataSource, lost, MOST_AT_ONCE);
    // What there is no room for would be no entry for anyone, and be published again for nothing.
    let room = outgoing.length === 0 ? 0 : await this.#room(nodeAddress, lost);
    for (const { digest, item } of outgoing) {
      room -= RIGHTS_ENTRY_HEAD_LENGTH + item.length;
      if (room < 0) return false;
      await node.publish(nodeAddress, charter.ledger.streams.rights, item);
      await notePublished(dataSource, digest, tip);
    }
    return outgoing.length === MOST_AT_ONCE;
  }

  async #room(
    nodeAddress: string,
    lost: { readonly height: number; readonly millis: number },
  ): Promise<number> {
    const { dataSource, charter } = this.#options;
    const { height, rightsRooms } = await readChainState(dataSource);
    const key = encodeHex(decodeAddress(nodeAddress, addressFormatOf(charter)));
    const used = usedAt(PUBLISHER_ROOM, rightsRooms.get(key), height);
    return PUBLISHER_ROOM.bytes - used - (await publishedBytes(dataSource, lost));
  }
}

function outgoingVoteOf({ id, content }: Note): OutgoingVote | null {
  return content.kind === 'vote' ? { note: id, vote: content } : null;
}
