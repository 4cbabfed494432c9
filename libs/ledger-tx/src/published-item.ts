import { isEqual } from './bytes.js';
import { defaultSha256, hash160, type Sha256 } from './digest.js';
import { keyInputOf } from './input-script.js';
import { ITEM_KEYS } from './item-transaction.js';
import { SIGHASH_ALL } from './signature.js';
import { streamItemOf } from './stream-item.js';
import { isCoinbaseInput, type Transaction } from './transaction.js';

/** Why a transaction is no item of a stream that a log takes; a closed list. Never an error: anyone may publish anything. */
export type PublishedItemSkip =
  'input-count' | 'coinbase' | 'input-script' | 'hash-type' | 'not-an-item' | 'stream' | 'format' | 'keys';

/** Why a transaction adds no leaf to the log of proofs. */
export type ProofItemSkip = PublishedItemSkip | 'length' | 'magic';

/** What one transaction says for a log: who published which bytes. */
export interface PublishedItem {
  /** The publisher: hash of the one public key that signed. */
  readonly keyHash: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * What a transaction publishes in a stream, as far as it binds its publisher, in this order:
 * 1. one input, which is not a coinbase (its script is the miner's to choose);
 * 2. spent by a signature over the whole transaction (SIGHASH_ALL) and a compressed public key, nothing else;
 * 3. the first output is an item of the stream `entity`, raw data on the chain, with one empty key.
 *
 * That the signature is valid, and that the publisher may write, the node has checked before the transaction got into
 * a block. Rule 2 is what ties the key to it: a script-hash output whose hash equals a member's key hash (rights are
 * looked up by those 20 bytes alone) can only be spent by a script that starts with a small number, so never by this
 * shape.
 */
export function publishedItemOf(
  transaction: Transaction,
  entity: Uint8Array,
  sha256: Sha256 = defaultSha256,
): PublishedItem | { readonly skip: PublishedItemSkip } {
  const [input] = transaction.inputs;
  const [output] = transaction.outputs;
  if (input === undefined || transaction.inputs.length !== 1) return { skip: 'input-count' };
  if (isCoinbaseInput(input)) return { skip: 'coinbase' };
  const spender = keyInputOf(input.script);
  if (spender === undefined) return { skip: 'input-script' };
  if (spender.hashType !== SIGHASH_ALL) return { skip: 'hash-type' };
  const item = output && streamItemOf(output.script);
  if (item === undefined) return { skip: 'not-an-item' };
  if (!isEqual(item.entity, entity)) return { skip: 'stream' };
  if (item.format !== null) return { skip: 'format' };
  if (!hasItemKeys(item.keys)) return { skip: 'keys' };
  return { keyHash: hash160(spender.publicKey, sha256), data: item.data };
}

/**
 * The leaf rule of the log of proofs, as far as one transaction tells: a published item of exactly `length` bytes, which start with `magic`.
 * Membership and "first item of that member for that slot" are for the caller to decide.
 */
export function proofItemOf(
  transaction: Transaction,
  entity: Uint8Array,
  length: number,
  magic: Uint8Array,
  sha256: Sha256 = defaultSha256,
): PublishedItem | { readonly skip: ProofItemSkip } {
  const item = publishedItemOf(transaction, entity, sha256);
  if ('skip' in item) return item;
  if (item.data.length !== length) return { skip: 'length' };
  if (!isEqual(item.data.subarray(0, magic.length), magic)) return { skip: 'magic' };
  return item;
}

function hasItemKeys(keys: readonly Uint8Array[]): boolean {
  return keys.length === ITEM_KEYS.length && keys.every((key) => key.length === 0);
}
