import { parseHex, reversed } from './bytes.js';
import { defaultSha256, displayHash, doubleSha256, type Sha256 } from './digest.js';
import { LedgerTxError } from './error.js';
import { Reader } from './reader.js';
import { Writer } from './writer.js';

/** What a transaction spends. */
export interface TransactionInput {
  /** The transaction that made the output, as the ledger shows it (64 lowercase hexadecimal digits). */
  readonly txid: string;
  readonly vout: number;
  readonly script: Uint8Array;
  readonly sequence: number;
}

/** What a transaction makes. */
export interface TransactionOutput {
  readonly value: bigint;
  readonly script: Uint8Array;
}

/** A transaction, parsed. Byte strings are views into what was parsed. */
export interface Transaction {
  readonly version: number;
  readonly inputs: readonly TransactionInput[];
  readonly outputs: readonly TransactionOutput[];
  readonly lockTime: number;
}

const NULL_TXID = '0'.repeat(64);
const NULL_VOUT = 0xffff_ffff;

/** Parses one transaction, strictly: nothing may be missing or follow, lengths are in their shortest form. */
export function parseTransaction(raw: Uint8Array): Transaction {
  const reader = new Reader(raw);
  const transaction = readTransaction(reader);
  reader.end();
  return transaction;
}

/** Reads one transaction where the reader stands. */
export function readTransaction(reader: Reader): Transaction {
  const version = reader.i32();
  const inputs = Array.from({ length: reader.count(41) }, () => readInput(reader));
  if (inputs.length === 0) throw new LedgerTxError('no-inputs', 'a transaction spends something');
  const outputs = Array.from({ length: reader.count(9) }, () => readOutput(reader));
  if (outputs.length === 0) throw new LedgerTxError('no-outputs', 'a transaction makes something');
  return { version, inputs, outputs, lockTime: reader.u32() };
}

function readInput(reader: Reader): TransactionInput {
  const txid = displayHash(reader.read(32));
  return { txid, vout: reader.u32(), script: reader.varbytes(), sequence: reader.u32() };
}

function readOutput(reader: Reader): TransactionOutput {
  return { value: reader.u64(), script: reader.varbytes() };
}

/** The bytes of a transaction. */
export function serialiseTransaction(transaction: Transaction): Uint8Array {
  const writer = new Writer().i32(transaction.version).varint(transaction.inputs.length);
  for (const input of transaction.inputs) {
    writer.write(txidBytes(input.txid)).u32(input.vout).varbytes(input.script).u32(input.sequence);
  }
  writer.varint(transaction.outputs.length);
  for (const output of transaction.outputs) writer.u64(output.value).varbytes(output.script);
  return writer.u32(transaction.lockTime).bytes();
}

/** The identity of a transaction, as the ledger shows it. A miner can change it without changing what it says. */
export function txidOf(raw: Uint8Array, sha256: Sha256 = defaultSha256): string {
  return displayHash(doubleSha256(raw, sha256));
}

/** The bytes of a shown transaction identity, in the order in which they stand on the ledger. */
export function txidBytes(txid: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(txid)) throw new LedgerTxError('txid', '64 lowercase hexadecimal digits');
  return reversed(parseHex(txid));
}

/** True for the input of a block's first transaction: it spends nothing, and its script is the miner's to choose. */
export function isCoinbaseInput(input: TransactionInput): boolean {
  return input.txid === NULL_TXID && input.vout === NULL_VOUT;
}
