import { LedgerError, type LedgerErrorCode } from './error.js';

/** An error as a node answers it. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
}

const BY_NUMBER: ReadonlyMap<number, LedgerErrorCode> = new Map([
  [-1, 'invalid-parameter'],
  [-3, 'invalid-parameter'],
  [-5, 'invalid-address'],
  [-8, 'invalid-parameter'],
  [-22, 'undecodable'],
  [-28, 'starting'],
  [-704, 'no-permission'],
  [-705, 'name-taken'],
  [-708, 'unknown-stream'],
  [-710, 'unknown-transaction'],
  [-711, 'unknown-block'],
  [-32600, 'bad-request'],
  [-32601, 'unknown-method'],
  [-32700, 'bad-request'],
]);

/** What the node said, as one of our codes. Texts were observed on MultiChain 2.3. */
export function ledgerErrorOf(error: RpcError): LedgerError {
  return new LedgerError(codeOf(error), error.message, { rpcCode: error.code });
}

function codeOf({ code, message }: RpcError): LedgerErrorCode {
  if (code === -26) return rejectionOf(message);
  if (code === -27 && message === 'missing inputs') return 'missing-inputs';
  if (code === -32600 && message === 'Wrong chain name') return 'wrong-chain';
  return BY_NUMBER.get(code) ?? 'unknown';
}

/** Rejections all have one number; a second one and the reason stand in the text. */
function rejectionOf(message: string): LedgerErrorCode {
  if (message === '18: bad-txns-inputs-spent') return 'inputs-spent';
  // An address without the right to send fails like this, with no reason behind it.
  if (message === '16: ConnectInputs failed') return 'no-permission';
  if (message.startsWith('16: ConnectInputs failed: ')) return 'bad-signature';
  if (message === '64: Nonstandard transaction input') return 'bad-signature';
  if (/^64: .*(?:valid publisher|valid admin|permission)/.test(message)) return 'no-permission';
  return 'rejected';
}

/** True for the answer to a transaction that is in a block already: for the sender a success. */
export function isInChainAlready(error: RpcError): boolean {
  return error.code === -27 && error.message === 'transaction already in block chain';
}
