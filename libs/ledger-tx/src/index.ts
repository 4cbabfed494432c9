export { decodeAddress, encodeAddress, parseAddressFormat, type AddressFormat } from './address.js';
export {
  parseBlock,
  serialiseBlock,
  type Block,
  type BlockHeader,
  type BlockTransaction,
  type NewBlock,
} from './block.js';
export { parseHex, toHex } from './bytes.js';
export { hash160, type Sha256 } from './digest.js';
export { streamEntity } from './entity.js';
export { LedgerTxError, type LedgerTxErrorCode } from './error.js';
export { keyInputOf, type KeyInput } from './input-script.js';
export {
  buildItemTransaction,
  inputScript,
  type ItemTransaction,
  type ItemTransactionInput,
  type Signer,
  type SpendableOutput,
} from './item-transaction.js';
export { outputKindOf, type OutputKind } from './output-kind.js';
export { keyOutputOf, p2pkhScript, type KeyOutput } from './p2pkh.js';
export {
  NO_END,
  PERMISSION_BITS,
  permissionBits,
  permissionScript,
  permissionsOf,
  type Grant,
  type PermissionName,
  type PermissionOutput,
} from './permission.js';
export {
  proofItemOf,
  type ProofItemSkip,
  type PublishedItem,
  publishedItemOf,
  type PublishedItemSkip,
} from './published-item.js';
export { pushData, scriptParts, type ScriptPart } from './script.js';
export { encodeSignature, parseSignature, SIGHASH_ALL } from './signature.js';
export { signatureHash } from './signature-hash.js';
export { streamCreationOf, streamCreationScript, type StreamCreation } from './stream-creation.js';
export { streamItemOf, streamItemScript, type StreamItem } from './stream-item.js';
export {
  isCoinbaseInput,
  parseTransaction,
  serialiseTransaction,
  txidOf,
  type Transaction,
  type TransactionInput,
  type TransactionOutput,
} from './transaction.js';
