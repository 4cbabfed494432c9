import { concat, isEqual } from './bytes.js';
import { doubleSha256, type Sha256 } from './digest.js';
import { LedgerTxError } from './error.js';

/**
 * The root that a block header holds over its transactions: pairs hashed twice, an odd last one with itself.
 * Equal neighbours are refused: with them, two different lists have the same root.
 */
export function merkleRoot(hashes: readonly Uint8Array[], sha256: Sha256): Uint8Array {
  let level = hashes;
  while (level.length > 1) {
    const next: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i] as Uint8Array;
      const right = level[i + 1];
      if (right !== undefined && isEqual(left, right)) {
        throw new LedgerTxError('duplicate-transaction', 'two equal neighbours in the tree of a block');
      }
      next.push(doubleSha256(concat(left, right ?? left), sha256));
    }
    level = next;
  }
  const [root] = level;
  if (root === undefined)
    throw new LedgerTxError('no-transactions', 'a block holds at least one transaction');
  return root;
}
