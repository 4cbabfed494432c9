import { keyOutputOf, toHex } from '@besure/ledger-tx';
import type { Chain } from './chain.js';
import type { Coin } from './coins.js';
import type { Describer } from './describe.js';
import type { Method } from './method.js';
import { address, expectCount, integer, keyHashOf, list, looseHex, text } from './parameter.js';
import { blockchainParams, DESCRIPTION } from './parameters.js';
import { RpcFailure } from './rejection.js';

/** The height from which an address is followed with all outputs that there are. */
const BEFORE_ALL = -1;

const VERSION = 'devchain 0.1.0';

/** The node itself, and its wallet. */
export function nodeMethods(chain: Chain, describe: Describer, blockMillis: number): Record<string, Method> {
  const { ledger, wallet, file } = chain;

  function describeCoin(coin: Coin): unknown {
    const height = chain.heightOf(coin.txid);
    return {
      txid: coin.txid,
      vout: coin.vout,
      address: describe.addressOf(coin.keyHash),
      account: '',
      scriptPubKey: toHex(coin.script),
      amount: 0,
      confirmations: height === null ? 0 : chain.blocks.length - height,
      cansend: ledger.permissions.has(null, coin.keyHash, 'send', ledger.height),
      spendable: coin.keyHash === toHex(wallet.keyHash),
      assets: [],
      permissions: keyOutputOf(coin.script) === undefined ? [] : describe.permissions(coin.script),
    };
  }

  function knownCoins(keyHash: string, least: number, most: number): Coin[] {
    return ledger.coins.unspentOf(keyHash).filter((coin) => {
      const height = chain.heightOf(coin.txid);
      const confirmations = height === null ? 0 : chain.blocks.length - height;
      return confirmations >= least && confirmations <= most && wallet.knows(coin, height);
    });
  }

  return {
    getinfo(parameters) {
      expectCount(parameters, 0, 0, 'getinfo');
      return {
        version: VERSION,
        nodeversion: 0,
        edition: 'Simulation',
        protocolversion: 20_013,
        chainname: file.chain,
        description: DESCRIPTION,
        protocol: 'multichain',
        port: 0,
        setupblocks: 0,
        nodeaddress: `${file.chain}@127.0.0.1:0`,
        burnaddress: '',
        incomingpaused: false,
        miningpaused: false,
        offchainpaused: false,
        walletversion: 60_000,
        balance: 0,
        walletdbversion: 3,
        reindex: false,
        blocks: chain.tip.height,
        chainrewards: 0,
        streams: ledger.streams.all().length,
        timeoffset: 0,
        connections: 0,
        proxy: '',
        difficulty: 0,
        testnet: false,
        keypoololdest: file.genesisTime,
        keypoolsize: 1,
        paytxfee: 0,
        relayfee: 0,
        errors: '',
      };
    },
    getblockchainparams(parameters) {
      expectCount(parameters, 0, 0, 'getblockchainparams');
      const genesis = chain.blocks[0]?.header;
      return blockchainParams(
        file,
        {
          publicKey: toHex(wallet.publicKey),
          keyHash: toHex(wallet.keyHash),
          hash: genesis?.hash ?? '',
          bits: genesis?.bits ?? 0,
        },
        blockMillis,
      );
    },
    importaddress(parameters) {
      expectCount(parameters, 1, 3, 'importaddress "address" ( "label" rescan )');
      const keyHash = keyHashOf(text(parameters[0]), chain.format);
      if (keyHash === undefined) throw new RpcFailure(-5, 'Invalid MultiChain address or script');
      const rescan = parameters[2] ?? true;
      if (typeof rescan !== 'boolean')
        throw new RpcFailure(-8, 'A rescan from a height is not possible here');
      wallet.follow(toHex(keyHash), rescan ? BEFORE_ALL : chain.tip.height);
      return null;
    },
    validateaddress(parameters) {
      expectCount(parameters, 1, 1, 'validateaddress "address"');
      const shown = text(parameters[0]);
      const keyHash = keyHashOf(shown, chain.format);
      if (keyHash === undefined) return { isvalid: false };
      const hex = toHex(keyHash);
      const followed = wallet.followed.find((each) => each.keyHash === hex);
      const ismine = hex === toHex(wallet.keyHash);
      return {
        isvalid: true,
        address: shown,
        ismine,
        ...((ismine || followed !== undefined) && {
          iswatchonly: !ismine,
          isscript: false,
          account: '',
          synchronized: false,
          startblock: Math.max(0, followed?.height ?? 0),
        }),
      };
    },
    listunspent(parameters) {
      expectCount(parameters, 3, 3, 'listunspent minconf maxconf ["address",...]');
      const least = integer(parameters[0]);
      const most = integer(parameters[1]);
      const keyHashes = list(parameters[2]).map((each) => toHex(address(each, chain.format)));
      if (new Set(keyHashes).size < keyHashes.length) {
        throw new RpcFailure(-8, 'Invalid parameter, duplicated address');
      }
      return keyHashes
        .flatMap((keyHash) => knownCoins(keyHash, least, most))
        .sort((a, b) => (a.txid < b.txid ? -1 : a.txid > b.txid ? 1 : a.vout - b.vout))
        .map(describeCoin);
    },
    setruntimeparam(parameters) {
      expectCount(parameters, 2, 2, 'setruntimeparam "parameter-name" parameter-value');
      const name = text(parameters[0]);
      if (name !== 'lockblock') throw new RpcFailure(-8, `Unsupported runtime parameter: ${name}`);
      const value = parameters[1];
      if (typeof value !== 'string') throw new RpcFailure(-8, 'Invalid parameter value type');
      if (looseHex(value) === undefined) throw lockFailure('hexadecimal string', value);
      if (value !== '' && value.length !== 64) throw lockFailure('32-byte hexadecimal string', value);
      // A chain of one node never forks, so there is nothing to lock.
      return null;
    },
  };
}

function lockFailure(rule: string, value: string): RpcFailure {
  return new RpcFailure(-8, `Invalid parameter, -lockblock must be ${rule} (not '${value}')`);
}
