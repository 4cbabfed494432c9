import { parseBlock, parseTransaction, toHex } from '@besure/ledger-tx';
import type { BlockPlace, Chain } from './chain.js';
import type { Describer } from './describe.js';
import type { Method } from './method.js';
import { expectCount, hash, integer, looseHex, text } from './parameter.js';
import { RpcFailure } from './rejection.js';
import { sha256 } from './transaction-rules.js';

/** Blocks and transactions. */
export function blockMethods(chain: Chain, describe: Describer): Record<string, Method> {
  function wantedBlock(given: unknown): BlockPlace {
    const byHash = typeof given === 'string' && /^[0-9a-fA-F]{64}$/.test(given);
    if (byHash) return found(chain.blockWith(given.toLowerCase()), 'Block not found');
    const height = Number(given);
    if (!Number.isInteger(height) || given === '')
      throw new RpcFailure(-711, 'Block height should be integer');
    return found(chain.blockAt(height), 'Block height out of range');
  }

  function found(block: BlockPlace | undefined, otherwise: string): BlockPlace {
    if (block === undefined) throw new RpcFailure(-711, otherwise);
    return block;
  }

  function describeBlock(place: BlockPlace, verbosity: number): unknown {
    const { header, height } = place;
    const raw = chain.rawBlock(place);
    const { transactions } = parseBlock(raw, sha256);
    const next = chain.blockAt(height + 1);
    return {
      hash: header.hash,
      miner: describe.address(chain.wallet.keyHash),
      confirmations: chain.blocks.length - height,
      size: place.length,
      height,
      version: header.version,
      merkleroot: header.merkleRoot,
      tx: transactions.map(({ txid, raw: hex }) => (verbosity === 1 ? txid : { txid, hex: toHex(hex) })),
      time: header.time,
      nonce: header.nonce,
      bits: header.bits.toString(16).padStart(8, '0'),
      difficulty: 0,
      chainwork: (height + 1).toString(16).padStart(64, '0'),
      ...(height === 0 ? {} : { previousblockhash: header.previous }),
      ...(next === undefined ? {} : { nextblockhash: next.header.hash }),
    };
  }

  return {
    getblockcount(parameters) {
      expectCount(parameters, 0, 0, 'getblockcount');
      return chain.tip.height;
    },
    getblockhash(parameters) {
      expectCount(parameters, 1, 1, 'getblockhash index');
      return found(chain.blockAt(integer(parameters[0])), 'Block height out of range').header.hash;
    },
    getblock(parameters) {
      expectCount(parameters, 1, 2, 'getblock "hash"|height ( verbose )');
      const block = wantedBlock(parameters[0]);
      const verbosity = Number(parameters[1] ?? 1);
      return verbosity === 0 ? toHex(chain.rawBlock(block)) : describeBlock(block, verbosity);
    },
    getrawtransaction(parameters) {
      expectCount(parameters, 1, 2, 'getrawtransaction "txid" ( verbose )');
      const txid = hash(parameters[0], 1);
      const known = chain.transaction(txid);
      if (known === undefined) throw new RpcFailure(-710, 'No information available about transaction');
      if (Number(parameters[1] ?? 0) === 0) return toHex(known.raw);
      return describe.transaction(txid, known.raw, parseTransaction(known.raw), known.height);
    },
    sendrawtransaction(parameters) {
      expectCount(parameters, 1, 1, 'sendrawtransaction "tx-hex"');
      if (typeof parameters[0] !== 'string') throw new RpcFailure(-3, 'Expected type str, got another');
      const raw = looseHex(text(parameters[0]));
      if (raw === undefined) throw new RpcFailure(-22, 'TX decode failed');
      return chain.submit(raw);
    },
  };
}
