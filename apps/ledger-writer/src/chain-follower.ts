import { runTransaction, Worker } from '@besure/event-store';
import { ledgerAddressesOf } from '@besure/governance';
import type { BlockAt } from '@besure/ledger-log';
import { LedgerTxError, parseBlock } from '@besure/ledger-tx';
import { LedgerError, type LedgerNode } from '@besure/multichain';
import type { Primitives, Sha256 } from '@besure/protocol';
import type { DataSource } from 'typeorm';
import { readChainState, type ChainState } from './chain-rows.js';
import { LedgerWriterError } from './error.js';
import { takeFinalBlocks, type Taken, type TakingContext } from './final-blocks.js';
import { signRightsAnew } from './rights/sign-anew.js';

/** What following the chain needs. */
export interface ChainFollowerOptions extends TakingContext {
  readonly dataSource: DataSource;
  readonly node: LedgerNode;
  readonly primitives: Primitives;
  /** How often the node is asked for new blocks. */
  readonly pollMillis: number;
  /** Another instance has taken blocks in: what is remembered of them must be read. */
  readonly onOvertaken: () => Promise<void>;
  /** After each run of final blocks that was taken in and committed. */
  readonly onTaken: (taken: Taken, count: number) => void;
  /** After the head of the log of rights was signed anew, of that size. */
  readonly onSignedAnew: (size: number) => void;
  readonly onFailure: (error: unknown, failuresInARow: number) => void;
}

/** The states of a follower. */
export const CHAIN_STATES = ['starting', 'following', 'waiting-for-node', 'halted'] as const;

/** What only a person can settle. */
const GRAVE = ['wrong-chain', 'deep-fork'] as const;

/**
 * How the follower stands. `tip` is the node's height, `height` that of the last final block taken in; `isCaughtUp`: at the last look it was the node's last final one, so that what was
 * decided up to it is what is in force now. `halted` says why the log stands still until a
 * person has looked: the node is of another chain, or has left the history that the log was derived from.
 */
export interface ChainFollowerStatus {
  readonly state: (typeof CHAIN_STATES)[number];
  readonly halted: (typeof GRAVE)[number] | null;
  readonly tip: number;
  readonly height: number;
  readonly isCaughtUp: boolean;
  readonly streams: ChainState['streams'];
}

/** Most blocks, and about the most bytes, per transaction. */
const MOST_BLOCKS = 50;
const MOST_BYTES = 4_000_000;
/** Whether the head of the log of rights is to be signed anew changes once a day. */
const LOOK_ANEW_MILLIS = 60_000;

/**
 * Follows the ledger and takes in what has become final. Blocks above the final depth are not even read, so a fork up there changes nothing. Below it
 * the node must stay on the history that was taken in: a deeper fork stops the log and is shown until the node is back.
 *
 * All state is in PostgreSQL and is read anew in each round: a restart is just another round.
 */
export class ChainFollower {
  readonly #options: ChainFollowerOptions;
  readonly #worker: Worker;
  #status: ChainFollowerStatus = {
    state: 'starting',
    halted: null,
    tip: -1,
    height: -1,
    isCaughtUp: false,
    streams: { proofs: null, rights: null },
  };
  #prepared = false;
  #locked: string | null = null;
  #lookedAnewAt = -Infinity;

  constructor(options: ChainFollowerOptions) {
    this.#options = options;
    this.#worker = new Worker({
      round: () => this.#round(),
      restMillis: options.pollMillis,
      backoff: { firstMillis: Math.min(100, options.pollMillis), largestMillis: 5_000 },
      onFailure: (error, failuresInARow) => this.#failed(error, failuresInARow),
    });
  }

  /** Starts following in the background; the node may be down. */
  start(): void {
    this.#worker.start();
  }

  /** Stops after the transaction under way. */
  stop(): Promise<void> {
    return this.#worker.stop();
  }

  /** How it stands now; no question to anyone. */
  status(): ChainFollowerStatus {
    return this.#status;
  }

  async #round(): Promise<boolean> {
    const { dataSource, node, rights } = this.#options;
    const state = await readChainState(dataSource);
    this.#status = { ...this.#status, height: state.height, streams: state.streams };
    await this.#prepare();
    const tip = await node.getBlockCount();
    this.#status = { ...this.#status, tip };
    const final = tip - rights.charter.ledger.finalDepth;
    await this.#assertSameHistory(state, tip);
    await this.#lock(state.lockHash);
    const more = state.height < final && (await this.#take(state, final));
    // A node that is behind, as it reads the chain anew, has nothing to say of now.
    const isCaughtUp = !more && final >= state.height;
    this.#status = { ...this.#status, state: 'following', halted: null, isCaughtUp };
    if (!more) await this.#signAnew(final);
    return more;
  }

  async #signAnew(final: number): Promise<void> {
    const { dataSource, now, onSignedAnew } = this.#options;
    const at = now();
    // Also where the clock was put back.
    if (Math.abs(at - this.#lookedAnewAt) < LOOK_ANEW_MILLIS) return;
    const size = await runTransaction(dataSource, (tx) => signRightsAnew(tx, this.#options, final));
    this.#lookedAnewAt = at;
    if (size !== null) onSignedAnew(size);
  }

  /** Once per connection to a node: is it the right chain, and does it know our members' addresses? */
  async #prepare(): Promise<void> {
    if (this.#prepared) return;
    const { node, rights } = this.#options;
    const { charter } = rights;
    const params = await node.getBlockchainParams();
    const { chain, genesis, addressVersion, addressChecksum } = charter.ledger;
    const first = await node.getBlockHash(0);
    if (
      params.chain !== chain ||
      first !== genesis ||
      params.addressVersion !== addressVersion ||
      params.addressChecksum !== addressChecksum
    ) {
      throw new LedgerWriterError('wrong-chain', 'the node is not of the chain that the charter names');
    }
    for (const address of charter.organisations.flatMap(ledgerAddressesOf)) await node.importAddress(address);
    this.#prepared = true;
  }

  async #assertSameHistory({ height, hash }: ChainState, tip: number): Promise<void> {
    // A node that is not that far (yet) says nothing about what lies below.
    if (height < 0 || tip < height) return;
    const found = await this.#options.node.getBlockHash(height);
    if (found !== hash) {
      throw new LedgerWriterError('deep-fork', `the node has another block at the final height ${height}`);
    }
  }

  /** Makes the node itself refuse forks below the last checkpoint. */
  async #lock(hash: string | null): Promise<void> {
    if (hash === null || hash === this.#locked) return;
    await this.#options.node.lockBlock(hash);
    this.#locked = hash;
  }

  /** Takes in one run of final blocks; answers whether there is more. */
  async #take(state: ChainState, final: number): Promise<boolean> {
    const { dataSource, onTaken } = this.#options;
    const blocks = await this.#readBlocks(state, final);
    const taken = await runTransaction(dataSource, (tx) => takeFinalBlocks(tx, this.#options, blocks, final));
    if (taken === null) {
      await this.#options.onOvertaken();
      return true;
    }
    this.#status = { ...this.#status, height: taken.state.height, streams: taken.state.streams };
    onTaken(taken, blocks.length);
    await this.#lock(taken.state.lockHash);
    return taken.state.height < final;
  }

  async #readBlocks(state: ChainState, final: number): Promise<BlockAt[]> {
    const blocks: BlockAt[] = [];
    let previous = state.hash;
    let bytes = 0;
    for (let height = state.height + 1; height <= final; height += 1) {
      if (blocks.length >= MOST_BLOCKS || bytes >= MOST_BYTES) break;
      const { raw, hash } = await this.#readRaw(height);
      const block = parse(raw, this.#options.sha256);
      if (block.header.hash !== hash)
        throw new LedgerWriterError('bad-block', `block ${height} is not the one asked for`);
      if (height > 0 && block.header.previous !== previous) {
        throw new LedgerWriterError('chain-moved', `block ${height} does not follow the one below it`);
      }
      blocks.push({ height, block });
      previous = hash;
      bytes += raw.length;
    }
    return blocks;
  }

  async #readRaw(height: number): Promise<{ raw: Uint8Array; hash: string }> {
    const hash = await this.#options.node.getBlockHash(height);
    return { hash, raw: await this.#options.node.getRawBlock(hash) };
  }

  #failed(error: unknown, failuresInARow: number): void {
    if (error instanceof LedgerError && error.code === 'closed') return;
    const grave = GRAVE.find((code) => error instanceof LedgerWriterError && error.code === code);
    if (grave !== undefined) {
      this.#status = { ...this.#status, state: 'halted', halted: grave };
    } else if (error instanceof LedgerError) {
      // Behind a connection that came back there may stand another node, with another wallet and without the lock.
      this.#prepared = false;
      this.#locked = null;
      if (this.#status.state !== 'halted') this.#status = { ...this.#status, state: 'waiting-for-node' };
    }
    this.#options.onFailure(error, failuresInARow);
  }
}

function parse(raw: Uint8Array, sha256: Sha256): BlockAt['block'] {
  try {
    return parseBlock(raw, sha256);
  } catch (cause) {
    if (!(cause instanceof LedgerTxError)) throw cause;
    throw new LedgerWriterError('bad-block', 'the node gave a block that cannot be read', { cause });
  }
}
