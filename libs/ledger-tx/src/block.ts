import { isEqual } from './bytes.js';
import { defaultSha256, displayHash, doubleSha256, type Sha256 } from './digest.js';
import { LedgerTxError } from './error.js';
import { merkleRoot } from './merkle-root.js';
import { Reader } from './reader.js';
import { readTransaction, txidBytes, type Transaction } from './transaction.js';
import { Writer } from './writer.js';

/** The head of a block, hashes as the ledger shows them. */
export interface BlockHeader {
  readonly hash: string;
  readonly version: number;
  readonly previous: string;
  readonly merkleRoot: string;
  /** Seconds, by the miner's clock. */
  readonly time: number;
  readonly bits: number;
  readonly nonce: number;
}

/** One transaction of a block. */
export interface BlockTransaction {
  readonly raw: Uint8Array;
  readonly txid: string;
  readonly transaction: Transaction;
}

/** A block whose transactions are those that its header names. */
export interface Block {
  readonly header: BlockHeader;
  readonly transactions: readonly BlockTransaction[];
}

/** A block to be written; its root follows from the transactions. */
export interface NewBlock {
  readonly version: number;
  readonly previous: string;
  readonly time: number;
  readonly bits: number;
  readonly nonce: number;
  readonly transactions: readonly Uint8Array[];
}

const HEADER_LENGTH = 80;
const SMALLEST_TRANSACTION = 60;

/**
 * Parses a block, strictly, and checks that the root in its header is that of its transactions.
 * Work, the miner's signature and the link to the block before are not checked: a node has done that,
 * and the caller compares `hash` with the one that it asked for and `previous` with the one it has.
 */
export function parseBlock(raw: Uint8Array, sha256: Sha256 = defaultSha256): Block {
  const reader = new Reader(raw);
  const header = readHeader(reader, sha256);
  const count = reader.count(SMALLEST_TRANSACTION);
  const hashes: Uint8Array[] = [];
  const transactions = Array.from({ length: count }, () => {
    const from = reader.offset;
    const transaction = readTransaction(reader);
    const bytes = reader.slice(from, reader.offset);
    const hash = doubleSha256(bytes, sha256);
    hashes.push(hash);
    return { raw: bytes, txid: displayHash(hash), transaction };
  });
  reader.end();
  if (!isEqual(merkleRoot(hashes, sha256), txidBytes(header.merkleRoot))) {
    throw new LedgerTxError('merkle-root', 'the transactions are not those that the header names');
  }
  return { header, transactions };
}

function readHeader(reader: Reader, sha256: Sha256): BlockHeader {
  const bytes = reader.read(HEADER_LENGTH);
  const fields = new Reader(bytes);
  return {
    hash: displayHash(doubleSha256(bytes, sha256)),
    version: fields.i32(),
    previous: displayHash(fields.read(32)),
    merkleRoot: displayHash(fields.read(32)),
    time: fields.u32(),
    bits: fields.u32(),
    nonce: fields.u32(),
  };
}

/** The bytes of a block. */
export function serialiseBlock(block: NewBlock, sha256: Sha256 = defaultSha256): Uint8Array {
  const root = merkleRoot(
    block.transactions.map((raw) => doubleSha256(raw, sha256)),
    sha256,
  );
  const writer = new Writer()
    .i32(block.version)
    .write(txidBytes(block.previous))
    .write(root)
    .u32(block.time)
    .u32(block.bits)
    .u32(block.nonce)
    .varint(block.transactions.length);
  for (const transaction of block.transactions) writer.write(transaction);
  return writer.bytes();
}
