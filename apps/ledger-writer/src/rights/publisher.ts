import { runTransaction, type Tx, Worker } from '@besure/event-store';
import { addressFormatOf, type Charter, formatCharter, parseNote } from '@besure/governance';
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
import { awaitedNodes } from './awaited-nodes.js';
import { enter } from './door.js';
import {
  keepOutgoing,
  notePublished,
  outgoingToPublish,
  publishedBytes,
  readRightsState,
  waitingBytes,
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
  readonly chain: () => Pick<ChainFollowerStatus, 'state' | 'tip' | 'isCaughtUp' | 'streams'>;
  /** Whether a hub's node with that address, its own, is still to show itself. */
  readonly isAwaited: (address: string) => boolean;
  readonly pollMillis: number;
  /** A minute where it is not said. */
  readonly patienceMillis?: number;
  readonly onFailure: (error: unknown, failuresInARow: number) => void;
}

/** After so many blocks beyond the final depth, and so long, an item that is in none of them is lost: it is published once more. A copy changes nothing. */
const PATIENCE_BLOCKS = 20;
const PATIENCE_MILLIS = 60_000;
const MOST_AT_ONCE = 200;
/** So many bytes may wait for a block: what the hub has no room for at once would wait for as many blocks as make a year. */
const MOST_WAITING = PUBLISHER_ROOM.bytes;

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
    if ((await readRightsState(this.#options.dataSource)) === null) await this.#takeCharter();
  }

  /**
   * Takes a note. What it says is for replay to judge; what final blocks have said already is taken, and not said again. Throws `overloaded` where too many wait,
   * `too-much` where its member has had its part, `state` or `closed` for what was decided meanwhile, `number` for a vote that another one of the member,
   * on its way, would make void.
   */
  async carry(jws: string): Promise<void> {
    const note = parseNote(jws, this.#options.sha256);
    const item = encodeRightsItem({ kind: 'note', content: utf8Encode(jws) });
    const { dataSource, sha256, votes } = this.#options;
    await runTransaction(dataSource, async (tx) => {
      if (await votes.isSaid(tx, note)) return;
      const isNew = await keepOutgoing(tx, { digest: sha256(item), item }, note);
      if (!isNew) return;
      if ((await waitingBytes(tx)) > MOST_WAITING)
        throw new LedgerWriterError('overloaded', 'too much waits for the ledger');
      // Of the blocks that are final: a node may be away, or read the chain anew.
      const { height } = await readChainState(tx);
      await enter(tx, note.content.member, RIGHTS_ENTRY_HEAD_LENGTH + item.length, height);
      await votes.assertCounts(tx, note);
    });
    this.#worker.wake();
  }

  /** While one waits, another one is not taken. */
  async #takeCharter(): Promise<void> {
    await runTransaction(this.#options.dataSource, (tx) => this.#keepCharter(tx));
    this.#worker.wake();
  }

  async #showItself(address: string): Promise<void> {
    await runTransaction(this.#options.dataSource, async (tx) => {
      // In this order what has just become final is seen: it is gone from what waits.
      const state = await readRightsState(tx);
      const { rightsRooms } = await readChainState(tx);
      if (awaitedNodes(state, rightsRooms).includes(address)) await this.#keepCharter(tx);
    });
  }

  async #keepCharter(tx: Tx): Promise<void> {
    const { charter, sha256 } = this.#options;
    const item = encodeRightsItem({ kind: 'charter', content: utf8Encode(formatCharter(charter)) });
    await keepOutgoing(tx, { digest: sha256(item), item });
  }

  async #round(): Promise<boolean> {
    const { dataSource, node, charter, chain, isAwaited } = this.#options;
    const nodeAddress = this.#options.nodeAddress();
    const { state, tip, isCaughtUp, streams } = chain();
    if (nodeAddress === null || state !== 'following' || streams.rights === null) return false;
    // Whoever publishes the first charter once more shows that its node follows the chain and may write.
    if (isCaughtUp && isAwaited(nodeAddress)) await this.#showItself(nodeAddress);
    const lost = {
      height: tip - charter.ledger.finalDepth - PATIENCE_BLOCKS,
      millis: this.#options.patienceMillis ?? PATIENCE_MILLIS,
    };
    const outgoing = await outgoingToPublish(dataSource, lost, MOST_AT_ONCE);
    // What there is no room for would be no entry for anyone, and be published again for nothing.
    let room = outgoing.length === 0 ? 0 : await this.#room(nodeAddress, lost);
    let published = 0;
    for (const { digest, item } of outgoing) {
      const bytes = RIGHTS_ENTRY_HEAD_LENGTH + item.length;
      if (bytes > room) continue;
      room -= bytes;
      await node.publish(nodeAddress, charter.ledger.streams.rights, item);
      await notePublished(dataSource, digest, tip);
      published += 1;
    }
    return published > 0 && outgoing.length === MOST_AT_ONCE;
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
