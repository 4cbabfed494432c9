import type { LedgerError } from './error.js';

/** What a node says about itself. */
export interface NodeInfo {
  readonly version: string;
  readonly chain: string;
  /** A development ledger says here that it is one. */
  readonly description: string;
  readonly protocolVersion: number;
  readonly blocks: number;
  readonly connections: number;
  /** Address of the node itself, which grants and creates. */
  readonly nodeAddress: string;
}

/** What all nodes of a chain share. */
export interface BlockchainParams {
  readonly chain: string;
  readonly description: string;
  /** Hexadecimal, see `AddressFormat` of ledger-tx. */
  readonly addressVersion: string;
  readonly addressChecksum: string;
  readonly genesisHash: string;
  readonly setupBlocks: number;
  /** All parameters, as the node names them. */
  readonly all: Readonly<Record<string, unknown>>;
}

/** A stream of the chain. */
export interface StreamInfo {
  readonly name: string;
  readonly creationTxid: string;
  readonly confirmed: boolean;
  readonly restrictsWrite: boolean;
}

/** A right that an address has. */
export interface Permission {
  readonly address: string;
  /** Name of the stream, or `null` for a right on the whole chain. */
  readonly stream: string | null;
  readonly type: string;
  readonly startBlock: number;
  readonly endBlock: number;
}

/** An output that an imported address can spend. */
export interface UnspentOutput {
  readonly txid: string;
  readonly vout: number;
  readonly address: string;
  /** Hexadecimal. */
  readonly script: string;
  readonly confirmations: number;
}

/** What became of one transaction of a batch. */
export type SendResult =
  { readonly ok: true; readonly txid: string } | { readonly ok: false; readonly error: LedgerError };

/**
 * A ledger node, as far as the ledger-writer needs one. Transactions are hexadecimal text (they travel so), blocks bytes.
 * Every promise settles within the deadline; every rejection is a `LedgerError`. Reading and `sendRawTransactions` may be
 * repeated without harm. `createStream`, `publish`, `grant` and `revoke` may have taken effect although they failed with a retryable
 * error: look before repeating.
 */
export interface LedgerNode {
  getInfo(): Promise<NodeInfo>;
  getBlockchainParams(): Promise<BlockchainParams>;
  /** Height of the last block; the first has height 0. */
  getBlockCount(): Promise<number>;
  getBlockHash(height: number): Promise<string>;
  /** The block as it stands on the ledger: parse it with `parseBlock` of ledger-tx. */
  getRawBlock(hash: string): Promise<Uint8Array>;
  /** Creates a stream to which only those with the right may write; its txid. */
  createStream(name: string): Promise<string>;
  /**
   * Publishes raw data in a stream, under one empty key, from an address of the node's own wallet; the txid. Seen on a real node: one input,
   * the item as the first output, as the leaf rules ask.
   */
  publish(address: string, stream: string, data: Uint8Array): Promise<string>;
  /** All streams, or those with this name (none is no error). */
  listStreams(name?: string): Promise<StreamInfo[]>;
  /**
   * Grants rights, e.g. `send,receive` or `proofs.write`, for blocks of a height on (0: of any); the txid. Where several nodes must grant a right, only
   * those with the same beginning count together, and what too few have granted is counted for ever.
   */
  grant(address: string, permissions: string, from?: number): Promise<string>;
  revoke(address: string, permissions: string): Promise<string>;
  /** Rights, e.g. of `*` or `proofs.write`, unconfirmed changes included. */
  listPermissions(spec: string): Promise<Permission[]>;
  /**
   * Makes the node follow an address, with its outputs in blocks that are there already: a node that does not follow it yet reads the
   * whole chain once for that, which may take longer than the deadline of a call and goes on without it. Outputs that no block holds yet are
   * listed once one does.
   */
  importAddress(address: string): Promise<void>;
  /** Outputs of followed addresses that no known transaction spends, unconfirmed ones included. */
  listUnspent(addresses: readonly string[]): Promise<UnspentOutput[]>;
  getRawTransaction(txid: string): Promise<string>;
  /** Batched; `null` for those that the node does not know. */
  getRawTransactions(txids: readonly string[]): Promise<(string | null)[]>;
  /** Batched, in this order. One that the node has already, in a block or not, is a success. */
  sendRawTransactions(transactions: readonly string[]): Promise<SendResult[]>;
  /** Makes the node refuse every fork without this block; `null` ends that. */
  lockBlock(hash: string | null): Promise<void>;
  /** Ends waiting calls and closes connections. */
  close(): void;
}
