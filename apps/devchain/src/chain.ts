import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import {
  parseBlock,
  permissionScript,
  streamCreationScript,
  streamItemScript,
  toHex,
  txidOf,
  type AddressFormat,
  type Block,
  type BlockHeader,
  type Grant,
} from '@besure/ledger-tx';
import { ALL_RIGHTS, genesisBlock, nextBlock } from './blocks.js';
import type { Coin } from './coins.js';
import { Ledger } from './ledger.js';
import { lockDirectory } from './lock.js';
import { addressFormatOf, chainFile, newChain, type ChainFile } from './parameters.js';
import { RpcFailure } from './rejection.js';
import { AppendFile, readText, writeText } from './storage.js';
import { sha256 } from './transaction-rules.js';
import { Wallet } from './wallet.js';

/** Where a block stands in its file. */
export interface BlockPlace {
  readonly header: BlockHeader;
  readonly height: number;
  readonly offset: number;
  readonly length: number;
  readonly transactions: number;
}

interface TransactionPlace {
  readonly height: number;
  readonly offset: number;
  readonly length: number;
}

/** A chain in a directory: the files, and the ledger that comes out of them. */
export class Chain {
  readonly file: ChainFile;
  readonly format: AddressFormat;
  readonly wallet: Wallet;
  readonly ledger: Ledger;
  readonly blocks: BlockPlace[] = [];
  private readonly heights = new Map<string, number>();
  private readonly places = new Map<string, TransactionPlace>();
  private readonly blockFile: AppendFile;
  private readonly mempoolFile: AppendFile;
  private readonly unlock: () => void;

  /** Opens the chain in the directory, or founds one. Everything in the files goes through the rules again. */
  constructor(
    directory: string,
    chain: string,
    private readonly now: () => number,
  ) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.unlock = lockDirectory(directory);
    this.file = openChainFile(join(directory, 'chain.json'), chain, this.seconds());
    this.format = addressFormatOf(this.file);
    this.wallet = new Wallet(this.file.privateKey, join(directory, 'wallet.json'));
    this.ledger = new Ledger(() => this.wallet.followed.length);
    this.blockFile = AppendFile.open(join(directory, 'blocks'), (raw, offset) => this.connect(raw, offset));
    if (this.blocks.length === 0) {
      this.add(genesisBlock(chain, this.wallet.keyHash, this.file.genesisTime));
    }
    // Transactions that a block has taken since are refused again, and that is right.
    const waiting: Uint8Array[] = [];
    this.mempoolFile = AppendFile.open(join(directory, 'mempool'), (raw) => waiting.push(raw));
    for (const raw of waiting) this.restore(raw);
    // The wallet's first output comes with the first block.
    if (this.blocks.length === 1) this.mine();
  }

  /** The last block. */
  get tip(): BlockPlace {
    const tip = this.blocks.at(-1);
    if (tip === undefined) throw new Error('a chain has a first block');
    return tip;
  }

  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  /** Takes a transaction; its txid. One that waits already is taken as well. */
  submit(raw: Uint8Array): string {
    const txid = txidOf(raw, sha256);
    if (this.ledger.waiting.has(txid)) return txid;
    if (this.places.has(txid)) throw new RpcFailure(-27, 'transaction already in block chain');
    this.ledger.accept(raw, this.seconds());
    this.mempoolFile.append(raw);
    return txid;
  }

  /** Makes a block of everything that waits, also of nothing. It is on the disk when this returns. */
  mine(): BlockPlace {
    const { header, height } = this.tip;
    this.add(
      nextBlock({
        height: height + 1,
        previous: header.hash,
        seconds: Math.max(header.time, this.seconds()),
        keyHash: this.wallet.keyHash,
        transactions: [...this.ledger.waiting.values()].map(({ raw }) => raw),
      }),
    );
    this.mempoolFile.clear();
    return this.tip;
  }

  /** Creates a stream with restricted writing; its txid. */
  createStream(name: string): string {
    return this.submit(this.wallet.pay(this.walletCoin(), streamCreationScript(name)));
  }

  /** Publishes raw data in a stream, under one empty key, from the wallet's address; the txid. */
  publish(entity: Uint8Array, data: Uint8Array): string {
    return this.submit(
      this.wallet.pay(this.walletCoin(), streamItemScript(entity, [new Uint8Array(0)], data)),
    );
  }

  /** Grants (or, with `to` 0, revokes) rights; the txid. */
  grant(keyHash: Uint8Array, grants: readonly Omit<Grant, 'timestamp'>[]): string {
    const timestamp = this.seconds();
    const script = permissionScript(
      keyHash,
      grants.map((grant) => ({ ...grant, timestamp })),
    );
    return this.submit(this.wallet.pay(this.walletCoin(), script));
  }

  blockAt(height: number): BlockPlace | undefined {
    return this.blocks[height];
  }

  blockWith(hash: string): BlockPlace | undefined {
    const height = this.heights.get(hash);
    return height === undefined ? undefined : this.blocks[height];
  }

  rawBlock(block: BlockPlace): Uint8Array {
    return this.blockFile.read(block.offset, block.length);
  }

  /** A transaction's bytes and block height (`null` while it waits). */
  transaction(txid: string): { raw: Uint8Array; height: number | null } | undefined {
    const waiting = this.ledger.waiting.get(txid);
    if (waiting !== undefined) return { raw: waiting.raw, height: null };
    const place = this.places.get(txid);
    if (place === undefined) return undefined;
    return { raw: this.blockFile.read(place.offset, place.length), height: place.height };
  }

  heightOf(txid: string): number | null {
    return this.places.get(txid)?.height ?? null;
  }

  close(): void {
    this.blockFile.close();
    this.mempoolFile.close();
    this.unlock();
  }

  private walletCoin(): Coin | undefined {
    return this.ledger.coins.unspentOf(toHex(this.wallet.keyHash)).at(-1);
  }

  private restore(raw: Uint8Array): void {
    try {
      this.ledger.accept(raw, this.seconds());
    } catch (error) {
      if (!(error instanceof RpcFailure)) throw error;
    }
  }

  private add(raw: Uint8Array): void {
    const offset = this.blockFile.append(raw);
    this.blockFile.sync();
    this.connect(raw, offset);
  }

  private connect(raw: Uint8Array, offset: number): void {
    const block = parseBlock(raw, sha256);
    const height = this.blocks.length;
    const previous = height === 0 ? '0'.repeat(64) : this.tip.header.hash;
    if (block.header.previous !== previous) throw new Error(`block ${height} does not follow the one before`);
    const inBlock = offsetsIn(block);
    if (height === 0) {
      this.ledger.found(toHex(this.wallet.keyHash), block.transactions[0]?.txid ?? '', ALL_RIGHTS);
    } else {
      this.ledger.connect(block.transactions, inBlock, block.header.time);
    }
    for (const [i, transaction] of block.transactions.entries()) {
      const place = { height, offset: offset + (inBlock[i] ?? 0), length: transaction.raw.length };
      this.places.set(transaction.txid, place);
    }
    this.heights.set(block.header.hash, height);
    this.blocks.push({
      header: block.header,
      height,
      offset,
      length: raw.length,
      transactions: block.transactions.length,
    });
  }
}

const HEADER = 80;

/** Where each transaction starts in its block. */
function offsetsIn({ transactions }: Block): number[] {
  const { length } = transactions;
  let at = HEADER + (length < 0xfd ? 1 : length <= 0xffff ? 3 : 5);
  return transactions.map(({ raw }) => {
    const from = at;
    at += raw.length;
    return from;
  });
}

function openChainFile(path: string, chain: string, seconds: number): ChainFile {
  const text = readText(path);
  if (text === undefined) {
    const file = newChain(chain, randomBytes(32), seconds);
    writeText(path, `${JSON.stringify(file, null, 2)}\n`);
    return file;
  }
  const file = chainFile.parse(JSON.parse(text));
  if (file.chain !== chain) throw new Error(`this directory holds the chain ${file.chain}, not ${chain}`);
  return file;
}
