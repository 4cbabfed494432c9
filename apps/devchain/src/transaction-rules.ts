import { createHash } from 'node:crypto';
import { verifyLedgerSignature } from '@besure/keys';
import {
  hash160,
  isCoinbaseInput,
  keyInputOf,
  LedgerTxError,
  parseSignature,
  SIGHASH_ALL,
  signatureHash,
  toHex,
  type KeyInput,
  type Transaction,
  type TransactionInput,
} from '@besure/ledger-tx';
import { inputsFailed, rejected } from './rejection.js';

/** The hash that everything on the ledger uses. */
export function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

const LARGEST_TRANSACTION = 4_194_304;
const LONGEST_COINBASE_SCRIPT = 100;
const LOCK_TIME_IS_A_TIME = 500_000_000;
const FINAL = 0xffff_ffff;

/** The rules that need nothing but the transaction, in the order in which a node checks them. */
export function checkTransaction(
  transaction: Transaction,
  size: number,
  height: number,
  seconds: number,
): void {
  checkValues(transaction);
  checkInputs(transaction.inputs);
  if (transaction.version !== 1) throw rejected(64, 'version');
  if (!isFinal(transaction, height, seconds)) throw rejected(64, 'non-final');
  if (size >= LARGEST_TRANSACTION) throw rejected(64, 'tx-size');
}

/** There is no currency on this chain. */
function checkValues({ outputs }: Transaction): void {
  if (outputs.some(({ value }) => value >= 1n << 63n)) throw rejected(16, 'bad-txns-vout-negative');
  if (outputs.some(({ value }) => value > 0n)) throw rejected(16, 'bad-txns-vout-toolarge');
}

function checkInputs(inputs: readonly TransactionInput[]): void {
  const outpoints = new Set(inputs.map(({ txid, vout }) => `${txid}:${vout}`));
  if (outpoints.size !== inputs.length) throw rejected(16, 'bad-txns-inputs-duplicate');
  const [first] = inputs;
  if (first !== undefined && inputs.length === 1 && isCoinbaseInput(first)) {
    const { length } = first.script;
    const fits = length >= 2 && length <= LONGEST_COINBASE_SCRIPT;
    throw rejected(16, fits ? 'coinbase' : 'bad-cb-length');
  }
  if (inputs.some(isCoinbaseInput)) throw rejected(16, 'bad-txns-prevout-null');
}

function isFinal({ lockTime, inputs }: Transaction, height: number, seconds: number): boolean {
  const now = lockTime < LOCK_TIME_IS_A_TIME ? height : seconds;
  return lockTime < now || inputs.every(({ sequence }) => sequence === FINAL);
}

/** The input's script, if it shows a signature and a key; a node calls others not standard. */
export function shownBy(input: TransactionInput): KeyInput {
  const shown = keyInputOf(input.script);
  if (shown === undefined) throw rejected(64, 'Nonstandard transaction input');
  return shown;
}

const FAILED = 'mandatory-script-verify-flag-failed';

/** Verifies that an input is spent by the key that its output asks for. */
export function verifyInput(
  transaction: Transaction,
  index: number,
  shown: KeyInput,
  spent: { readonly script: Uint8Array; readonly keyHash: string },
): void {
  if (toHex(hash160(shown.publicKey, sha256)) !== spent.keyHash) {
    throw inputsFailed(`${FAILED} (Script failed an OP_EQUALVERIFY operation)`);
  }
  const type = shown.hashType & ~0x80;
  if (type < 1 || type > 3) throw inputsFailed(`${FAILED} (Signature hash type missing or not understood)`);
  // A real node also takes signatures over a part of the transaction. Nobody here makes such.
  if (shown.hashType !== SIGHASH_ALL || !isSigned(transaction, index, shown, spent.script)) {
    throw inputsFailed(`${FAILED} (Script failed an OP_CHECKSIGVERIFY operation)`);
  }
}

function isSigned(transaction: Transaction, index: number, shown: KeyInput, script: Uint8Array): boolean {
  const signature = strictSignature(shown.signature);
  return verifyLedgerSignature(shown.publicKey, signatureHash(transaction, index, script, sha256), signature);
}

function strictSignature(der: Uint8Array): Uint8Array {
  try {
    return parseSignature(der);
  } catch (error) {
    if (!(error instanceof LedgerTxError)) throw error;
    throw inputsFailed(`${FAILED} (Non-canonical DER signature)`);
  }
}
