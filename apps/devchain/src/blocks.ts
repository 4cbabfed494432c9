import {
  NO_END,
  p2pkhScript,
  permissionBits,
  permissionScript,
  pushData,
  serialiseBlock,
  serialiseTransaction,
  type Transaction,
} from '@besure/ledger-tx';
import { DESCRIPTION } from './parameters.js';
import { sha256 } from './transaction-rules.js';

/** All rights that there are on a whole chain: the first key has them. */
export const ALL_RIGHTS = permissionBits([
  'connect',
  'send',
  'receive',
  'issue',
  'create',
  'mine',
  'admin',
  'activate',
]);

/** Bits that demand no work. */
export const BITS = 0x207f_ffff;

const OP_RETURN = 0x6a;
const ascii = (text: string): Uint8Array => Buffer.from(text, 'ascii');
/** Every block says what made it. */
const MARK = Buffer.concat([Uint8Array.of(OP_RETURN), pushData(ascii(DESCRIPTION))]);

/** The first block: all rights to one key, and the stream of the chain itself. */
export function genesisBlock(chain: string, keyHash: Uint8Array, seconds: number): Uint8Array {
  const grant = { entity: null, bits: ALL_RIGHTS, from: 0, to: NO_END, timestamp: seconds };
  const root = Buffer.from('0c73706b6e02000104726f6f74756a', 'hex');
  const coinbase = coinbaseTransaction(pushData(ascii(`MultiChain ${chain}`)), [
    permissionScript(keyHash, [grant]),
    root,
    MARK,
  ]);
  const previous = '0'.repeat(64);
  const transactions = [coinbase];
  return serialiseBlock({ version: 1, previous, time: seconds, bits: BITS, nonce: 0, transactions }, sha256);
}

/** A later block. The first one after genesis gives the wallet its first output, as on a real chain. */
export function nextBlock(block: {
  readonly height: number;
  readonly previous: string;
  readonly seconds: number;
  readonly keyHash: Uint8Array;
  readonly transactions: readonly Uint8Array[];
}): Uint8Array {
  const { height, previous, seconds, keyHash, transactions } = block;
  const outputs = height === 1 ? [p2pkhScript(keyHash), MARK] : [MARK];
  const coinbase = coinbaseTransaction(
    Buffer.concat([heightPush(height), pushData(ascii('/devchain/'))]),
    outputs,
  );
  return serialiseBlock(
    {
      version: 3,
      previous,
      time: seconds,
      bits: BITS,
      nonce: 0,
      transactions: [coinbase, ...transactions],
    },
    sha256,
  );
}

function coinbaseTransaction(script: Uint8Array, outputs: readonly Uint8Array[]): Uint8Array {
  const transaction: Transaction = {
    version: 1,
    inputs: [{ txid: '0'.repeat(64), vout: 0xffff_ffff, script, sequence: 0xffff_ffff }],
    outputs: outputs.map((output) => ({ value: 0n, script: output })),
    lockTime: 0,
  };
  return serialiseTransaction(transaction);
}

/** The height as a script number: it makes each coinbase, and so each block, different. */
function heightPush(height: number): Uint8Array {
  if (height <= 16) return Uint8Array.of(0x50 + height);
  const bytes: number[] = [];
  for (let rest = height; rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256);
  if ((bytes.at(-1) ?? 0) >= 0x80) bytes.push(0);
  return pushData(Uint8Array.from(bytes));
}
