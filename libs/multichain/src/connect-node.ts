import { toHex } from '@besure/ledger-tx';
import { AdminClient } from './admin-client.js';
import { expectShape } from './answers.js';
import { LedgerError } from './error.js';
import type { LedgerNode } from './ledger-node.js';
import { NodeAgent } from './node-agent.js';
import { RpcClient } from './rpc-client.js';
import { parseSettings, type NodeSettings } from './settings.js';
import { RAW_TRANSACTION, readTransactions, sendTransactions } from './transactions.js';

const UNCONFIRMED_TOO = 0;
const ANY_DEPTH = 999_999_999;
/** Of the ledger's own currency, with which a grant could come. */
const NO_AMOUNT = 0;

/**
 * A ledger node over JSON-RPC. Nothing is sent before the first call, so it does not fail when the node is down.
 * Administrative calls go through `multichain-node`, the others through a client of our own that can batch.
 */
export function connectNode(settings: NodeSettings): LedgerNode {
  const endpoint = parseSettings(settings);
  const agent = new NodeAgent(endpoint);
  const rpc = new RpcClient(endpoint, agent);
  const admin = withChainCheck(new AdminClient(endpoint, agent), rpc);

  return {
    async getInfo() {
      const info = expectShape('info', await admin('getinfo', []));
      return {
        version: info.version,
        chain: info.chainname,
        description: info.description,
        protocolVersion: info.protocolversion,
        blocks: info.blocks,
        connections: info.connections,
        nodeAddress: info.nodeaddress,
      };
    },
    async getBlockchainParams() {
      const params = expectShape('params', await admin('getblockchainparams', []));
      return {
        chain: params['chain-name'],
        description: params['chain-description'],
        addressVersion: params['address-pubkeyhash-version'],
        addressChecksum: params['address-checksum-value'],
        genesisHash: params['genesis-hash'],
        setupBlocks: params['setup-first-blocks'],
        all: params,
      };
    },
    async getBlockCount() {
      return expectShape('count', await rpc.call('getblockcount', []));
    },
    async getBlockHash(height) {
      return expectShape('hash', await rpc.call('getblockhash', [height]));
    },
    async getRawBlock(hash) {
      return Buffer.from(expectShape('hex', await rpc.call('getblock', [hash, false])), 'hex');
    },
    async createStream(name) {
      return expectShape('hash', await admin('create', ['stream', name, { restrict: 'write' }]));
    },
    async publish(address, stream, data) {
      return expectShape('hash', await admin('publishfrom', [address, stream, '', toHex(data)]));
    },
    async listStreams(name) {
      const streams = await admin('liststreams', name === undefined ? [] : [name]).catch(emptyIfUnknown);
      return expectShape('streams', streams).map((stream) => ({
        name: stream.name,
        creationTxid: stream.createtxid,
        confirmed: stream.streamref !== null,
        restrictsWrite: stream.restrict.write,
      }));
    },
    async grant(address, permissions, from = 0) {
      return expectShape('hash', await admin('grant', [address, permissions, NO_AMOUNT, from]));
    },
    async revoke(address, permissions) {
      return expectShape('hash', await admin('revoke', [address, permissions]));
    },
    async listPermissions(spec) {
      return expectShape('permissions', await admin('listpermissions', [spec])).map((permission) => ({
        address: permission.address,
        stream: permission.for?.name ?? null,
        type: permission.type,
        startBlock: permission.startblock,
        endBlock: permission.endblock,
      }));
    },
    async importAddress(address) {
      const known = expectShape('address', await admin('validateaddress', [address]));
      if (known.ismine === true || known.iswatchonly === true) return;
      expectShape('nothing', await admin('importaddress', [address, '', true]));
    },
    async listUnspent(addresses) {
      // A node takes an empty list for "all addresses".
      if (addresses.length === 0) return [];
      const result = await rpc.call('listunspent', [UNCONFIRMED_TOO, ANY_DEPTH, addresses]);
      return expectShape('unspent', result).map(({ txid, vout, address, scriptPubKey, confirmations }) => ({
        txid,
        vout,
        address,
        script: scriptPubKey,
        confirmations,
      }));
    },
    async getRawTransaction(txid) {
      return expectShape('hex', await rpc.call('getrawtransaction', [txid, RAW_TRANSACTION]));
    },
    getRawTransactions: (txids) => readTransactions(rpc, txids),
    sendRawTransactions: (transactions) => sendTransactions(rpc, transactions),
    async lockBlock(hash) {
      expectShape('nothing', await admin('setruntimeparam', ['lockblock', hash ?? '']));
    },
    close() {
      agent.close();
    },
  };
}

function emptyIfUnknown(error: unknown): unknown {
  if (error instanceof LedgerError && error.code === 'unknown-stream') return [];
  throw error;
}

/**
 * `multichain-node` cannot say which chain it means, and grants on a wrong chain would do harm:
 * so a call of our own client, which can, goes before every administrative one.
 */
function withChainCheck(client: AdminClient, rpc: RpcClient) {
  return async (method: string, params: readonly unknown[]): Promise<unknown> => {
    await rpc.call('getblockcount', []);
    return client.call(method, params);
  };
}
