import {
  keyOutputOf,
  LedgerTxError,
  parseTransaction,
  PERMISSION_BITS,
  toHex,
  txidOf,
  type BlockTransaction,
  type Transaction,
} from '@besure/ledger-tx';
import { Coins, type Coin } from './coins.js';
import { judgeOutputs, type Effects } from './output-rules.js';
import { Permissions } from './permissions.js';
import { inputsFailed, missingInputs, rejected, RpcFailure } from './rejection.js';
import { Streams } from './streams.js';
import { checkTransaction, sha256, shownBy, verifyInput } from './transaction-rules.js';

/** A transaction that waits for a block. */
export interface WaitingTransaction {
  readonly txid: string;
  readonly raw: Uint8Array;
  readonly transaction: Transaction;
  readonly spends: readonly Coin[];
}

const NO_END = 0xffff_ffff;
const CREATOR = PERMISSION_BITS.admin | PERMISSION_BITS.activate | PERMISSION_BITS.write;

/**
 * What the transactions so far add up to: outputs, rights, streams, and what waits for a block. Holds no clock and does no
 * I/O, so a restart leads to the same by running the same transactions through it.
 */
export class Ledger {
  readonly coins = new Coins();
  readonly permissions = new Permissions();
  readonly streams = new Streams();
  /** In the order of arrival, which is the order in which they go into a block. */
  readonly waiting = new Map<string, WaitingTransaction>();
  /** Height of the block to come. */
  height = 0;

  /** `followers` counts the addresses that the wallet follows: see `Coin`. */
  constructor(private readonly followers: () => number) {}

  /** Checks a transaction against everything so far, and takes it. Throws an `RpcFailure`, and then nothing has changed. */
  accept(raw: Uint8Array, seconds: number): WaitingTransaction {
    const transaction = decode(raw);
    const txid = txidOf(raw, sha256);
    const known = this.waiting.get(txid);
    if (known !== undefined) return known;
    checkTransaction(transaction, raw.length, this.height, seconds);
    const spends = this.spentBy(transaction);
    const shown = transaction.inputs.map(shownBy);
    for (const { keyHash } of spends) {
      if (!this.permissions.has(null, keyHash, 'send', this.height)) throw inputsFailed();
    }
    for (const [i, coin] of spends.entries()) {
      const input = shown[i];
      if (input !== undefined) verifyInput(transaction, i, input, coin);
    }
    const { permissions, streams, height } = this;
    const signers = spends.map(({ keyHash }) => keyHash);
    const effects = judgeOutputs(transaction.outputs, { permissions, streams, signers, height });
    const waiting = { txid, raw, transaction, spends };
    this.apply(waiting, effects);
    return waiting;
  }

  /** Takes a block: its transactions after the coinbase must be acceptable, in this order. */
  connect(transactions: readonly BlockTransaction[], offsets: readonly number[], seconds: number): void {
    for (const [i, { raw, txid, transaction }] of transactions.entries()) {
      if (i === 0) this.addCoins(txid, transaction);
      else for (const coin of this.accept(raw, seconds).spends) this.coins.forget(coin);
      this.waiting.delete(txid);
      this.streams.confirm(txid, this.height, offsets[i] ?? 0);
    }
    this.height += 1;
  }

  /** What a genesis block gives to the first key: all rights, and the stream of the chain itself. */
  found(keyHash: string, coinbaseTxid: string, bits: number): void {
    this.permissions.change({ entity: null, keyHash, bits, from: 0, to: NO_END, admin: keyHash });
    const root = this.streams.add('root', coinbaseTxid, true);
    this.permissions.change({
      entity: root.entity,
      keyHash,
      bits: CREATOR,
      from: 0,
      to: NO_END,
      admin: keyHash,
    });
    root.reference = '0-0-0';
    this.height = 1;
  }

  private spentBy({ inputs }: Transaction): Coin[] {
    if (inputs.some(({ txid, vout }) => this.coins.isSpent(txid, vout))) throw spent();
    for (const { txid } of inputs)
      if (!this.coins.hasAny(txid) && !this.waiting.has(txid)) throw missingInputs();
    return inputs.map(({ txid, vout }) => {
      const coin = this.coins.find(txid, vout);
      if (coin === undefined) throw spent();
      return coin;
    });
  }

  private apply(waiting: WaitingTransaction, effects: Effects): void {
    const { txid, transaction, spends } = waiting;
    for (const coin of spends) this.coins.spend(coin);
    this.addCoins(txid, transaction);
    for (const change of effects.changes) this.permissions.change(change);
    for (const { name, restrictsWrite } of effects.creations) {
      const { entity } = this.streams.add(name, txid, restrictsWrite);
      for (const { keyHash } of spends) {
        this.permissions.change({ entity, keyHash, bits: CREATOR, from: 0, to: NO_END, admin: keyHash });
      }
    }
    this.waiting.set(txid, waiting);
  }

  private addCoins(txid: string, { outputs }: Transaction): void {
    for (const [vout, { script }] of outputs.entries()) {
      const output = keyOutputOf(script);
      if (output === undefined) continue;
      this.coins.add({ txid, vout, script, keyHash: toHex(output.keyHash), followers: this.followers() });
    }
  }
}

function decode(raw: Uint8Array): Transaction {
  try {
    return parseTransaction(raw);
  } catch (error) {
    if (!(error instanceof LedgerTxError)) throw error;
    if (error.code === 'no-inputs') throw rejected(16, 'bad-txns-vin-empty');
    if (error.code === 'no-outputs') throw rejected(16, 'bad-txns-vout-empty');
    throw new RpcFailure(-22, 'TX decode failed');
  }
}

function spent(): RpcFailure {
  return rejected(18, 'bad-txns-inputs-spent');
}
