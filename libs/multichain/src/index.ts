export { connectNode } from './connect-node.js';
export { LedgerError, type LedgerErrorCode } from './error.js';
export type {
  BlockchainParams,
  LedgerNode,
  NodeInfo,
  Permission,
  SendResult,
  StreamInfo,
  UnspentOutput,
} from './ledger-node.js';
export type { NodeSettings } from './settings.js';
