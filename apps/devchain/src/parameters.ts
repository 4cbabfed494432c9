import { randomBytes } from 'node:crypto';
import { parseAddressFormat, toHex, type AddressFormat } from '@besure/ledger-tx';
import { z } from 'zod';

/** What devchain says of itself wherever a node has a description. */
export const DESCRIPTION = 'besure-devchain: a simulation for development and tests, never for production';

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));

/** What makes one chain different from another; written once, when the chain is founded. */
export const chainFile = z.strictObject({
  format: z.literal('besure-devchain-v0'),
  comment: z.string(),
  chain: z.string(),
  addressVersion: hex(4),
  addressChecksum: hex(4),
  networkMessageStart: hex(4),
  genesisTime: z.int(),
  /** The one key of the wallet: everything that the node does itself is signed with it. */
  privateKey: hex(32),
});

/** The parameters of one chain. */
export type ChainFile = z.infer<typeof chainFile>;

/** Founds a chain: random parameters, as a real node makes them. */
export function newChain(chain: string, privateKey: Uint8Array, seconds: number): ChainFile {
  return {
    format: 'besure-devchain-v0',
    comment: DESCRIPTION,
    chain,
    // The first byte is 0, as a real node has it: addresses start with 1.
    addressVersion: `00${toHex(randomBytes(3))}`,
    addressChecksum: toHex(randomBytes(4)),
    networkMessageStart: toHex(randomBytes(4)),
    genesisTime: seconds,
    privateKey: toHex(privateKey),
  };
}

/** How this chain writes addresses. */
export function addressFormatOf({ addressVersion, addressChecksum }: ChainFile): AddressFormat {
  return parseAddressFormat(addressVersion, addressChecksum);
}

/** What `getblockchainparams` adds to what the file holds. */
export interface GenesisFacts {
  readonly publicKey: string;
  readonly keyHash: string;
  readonly hash: string;
  readonly bits: number;
}

/** The parameters as `getblockchainparams` answers them, in the order of a real node. */
export function blockchainParams(
  file: ChainFile,
  genesis: GenesisFacts,
  blockMillis: number,
): Record<string, unknown> {
  return {
    'chain-protocol': 'multichain',
    'chain-description': DESCRIPTION,
    'root-stream-name': 'root',
    'root-stream-open': false,
    'chain-is-testnet': false,
    'target-block-time': Math.max(1, Math.round(blockMillis / 1000)),
    'maximum-block-size': 8_388_608,
    'maximum-chunk-size': 1_048_576,
    'maximum-chunk-count': 1024,
    'default-network-port': 0,
    'default-rpc-port': 0,
    'anyone-can-connect': false,
    'anyone-can-send': false,
    'anyone-can-receive': false,
    'anyone-can-receive-empty': true,
    'anyone-can-create': false,
    'anyone-can-issue': false,
    'anyone-can-mine': false,
    'anyone-can-activate': false,
    'anyone-can-admin': false,
    'support-miner-precheck': false,
    'allow-arbitrary-outputs': false,
    'allow-p2sh-outputs': false,
    'allow-multisig-outputs': false,
    'setup-first-blocks': 0,
    'mining-diversity': 0,
    'admin-consensus-upgrade': 0,
    'admin-consensus-txfilter': 0,
    'admin-consensus-admin': 0,
    'admin-consensus-activate': 0,
    'admin-consensus-mine': 0,
    'admin-consensus-create': 0,
    'admin-consensus-issue': 0,
    'lock-admin-mine-rounds': 10,
    'mining-requires-peers': false,
    'mine-empty-rounds': -1,
    'mining-turnover': 0.5,
    'first-block-reward': -1,
    'initial-block-reward': 0,
    'reward-halving-interval': 52_560_000,
    'reward-spendable-delay': 1,
    'minimum-per-output': 0,
    'maximum-per-output': 0,
    'minimum-offchain-fee': 0,
    'minimum-relay-fee': 0,
    'native-currency-multiple': 100_000_000,
    'skip-pow-check': true,
    'pow-minimum-bits': 1,
    'target-adjust-freq': -1,
    'allow-min-difficulty-blocks': false,
    'only-accept-std-txs': true,
    'max-std-tx-size': 4_194_304,
    'max-std-op-returns-count': 32,
    'max-std-op-return-size': 2_097_152,
    'max-std-op-drops-count': 5,
    'max-std-element-size': 40_000,
    'chain-name': file.chain,
    'protocol-version': 20_013,
    'network-message-start': file.networkMessageStart,
    'address-pubkeyhash-version': file.addressVersion,
    'address-scripthash-version': '00000000',
    'private-key-version': '00000000',
    'address-checksum-value': file.addressChecksum,
    'genesis-pubkey': genesis.publicKey,
    'genesis-version': 1,
    'genesis-timestamp': file.genesisTime,
    'genesis-nbits': genesis.bits,
    'genesis-nonce': 0,
    'genesis-pubkey-hash': genesis.keyHash,
    'genesis-hash': genesis.hash,
    'chain-params-hash': '0'.repeat(64),
  };
}
