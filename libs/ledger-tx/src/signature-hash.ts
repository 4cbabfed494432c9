import { concat } from './bytes.js';
import { defaultSha256, doubleSha256, type Sha256 } from './digest.js';
import { LedgerTxError } from './error.js';
import { SIGHASH_ALL } from './signature.js';
import { serialiseTransaction, type Transaction } from './transaction.js';

/**
 * What is signed (SIGHASH_ALL) to spend one input: the transaction with the scripts of all inputs empty but this one,
 * which holds the whole script of the output that it spends, permissions after the payment part included.
 */
export function signatureHash(
  transaction: Transaction,
  index: number,
  spentScript: Uint8Array,
  sha256: Sha256 = defaultSha256,
): Uint8Array {
  if (transaction.inputs[index] === undefined) throw new LedgerTxError('input-index', 'no such input');
  const inputs = transaction.inputs.map((input, i) => ({
    ...input,
    script: i === index ? spentScript : new Uint8Array(0),
  }));
  const type = Uint8Array.of(SIGHASH_ALL, 0, 0, 0);
  return doubleSha256(concat(serialiseTransaction({ ...transaction, inputs }), type), sha256);
}
