import { concat, isEqual } from './bytes.js';
import { defaultSha256, hash160, type Sha256 } from './digest.js';
import { LedgerTxError } from './error.js';
import { keyOutputOf, p2pkhScript } from './p2pkh.js';
import { pushData } from './script.js';
import { encodeSignature, SIGHASH_ALL } from './signature.js';
import { signatureHash } from './signature-hash.js';
import { streamItemScript } from './stream-item.js';
import { serialiseTransaction, txidOf, type Transaction } from './transaction.js';

/** A ledger key that signs. Where the private key lives is its own business. */
export interface Signer {
  /** Compressed, 33 bytes. */
  readonly publicKey: Uint8Array;
  /** A compact signature (64 bytes, low `s`) over a digest of 32 bytes. */
  sign(digest: Uint8Array): Uint8Array;
}

/** An output that can be spent. */
export interface SpendableOutput {
  readonly txid: string;
  readonly vout: number;
  /** Its whole script, permissions after the payment part included. */
  readonly script: Uint8Array;
}

/** What to publish, and from which output. */
export interface ItemTransactionInput {
  readonly input: SpendableOutput;
  readonly streamEntity: Uint8Array;
  readonly item: Uint8Array;
  /** The key hash of the signer: what the change goes to. */
  readonly keyHash: Uint8Array;
}

/** A signed transaction, and the output that the next one of the same key spends. */
export interface ItemTransaction {
  readonly raw: Uint8Array;
  readonly txid: string;
  readonly change: { readonly vout: 1; readonly script: Uint8Array };
}

/** The keys of every item of ours: one, and empty. All items look alike, and a node takes no item without a key. */
export const ITEM_KEYS: readonly Uint8Array[] = [new Uint8Array(0)];

const FINAL = 0xffff_ffff;
const CHANGE = 1;

/**
 * Builds and signs the transaction that publishes one item:
 * one input, the item as first output, the change (value zero, to the same key) as second. No node is asked.
 */
export function buildItemTransaction(
  { input, streamEntity, item, keyHash }: ItemTransactionInput,
  signer: Signer,
  sha256: Sha256 = defaultSha256,
): ItemTransaction {
  if (!isEqual(hash160(signer.publicKey, sha256), keyHash)) {
    throw new LedgerTxError('public-key', 'the signer has another key');
  }
  const spent = keyOutputOf(input.script);
  if (spent === undefined || !isEqual(spent.keyHash, keyHash)) {
    throw new LedgerTxError('script', 'the output cannot be spent with this key');
  }
  const change = p2pkhScript(keyHash);
  const unsigned: Transaction = {
    version: 1,
    inputs: [{ txid: input.txid, vout: input.vout, script: new Uint8Array(0), sequence: FINAL }],
    outputs: [
      { value: 0n, script: streamItemScript(streamEntity, ITEM_KEYS, item) },
      { value: 0n, script: change },
    ],
    lockTime: 0,
  };
  const raw = serialiseTransaction(signed(unsigned, input.script, signer, sha256));
  return { raw, txid: txidOf(raw, sha256), change: { vout: CHANGE, script: change } };
}

/** Signs the only input of a transaction. */
function signed(
  transaction: Transaction,
  spentScript: Uint8Array,
  signer: Signer,
  sha256: Sha256,
): Transaction {
  const signature = encodeSignature(signer.sign(signatureHash(transaction, 0, spentScript, sha256)));
  const script = inputScript(signature, signer.publicKey);
  return { ...transaction, inputs: transaction.inputs.map((input) => ({ ...input, script })) };
}

/** The script that spends a key's output: the signature with its type, then the public key. */
export function inputScript(derSignature: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return concat(pushData(concat(derSignature, Uint8Array.of(SIGHASH_ALL))), pushData(publicKey));
}
