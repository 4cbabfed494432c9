import { concat } from './bytes.js';
import { LedgerTxError } from './error.js';
import { droppedData, OP, scriptParts } from './script.js';

const LENGTH = 25;

/** The script "pay to the holder of the key with this hash". */
export function p2pkhScript(keyHash: Uint8Array): Uint8Array {
  if (keyHash.length !== 20) throw new LedgerTxError('key-hash', 'a key hash has 20 bytes');
  return concat(Uint8Array.of(OP.DUP, OP.HASH160, 20), keyHash, Uint8Array.of(OP.EQUALVERIFY, OP.CHECKSIG));
}

/** An output for one key, with what MultiChain hung behind it (permissions, mostly). */
export interface KeyOutput {
  readonly keyHash: Uint8Array;
  /** The data of each `push OP_DROP` after the payment part. */
  readonly attachments: readonly Uint8Array[];
}

/**
 * Reads a script that pays to one key: the payment part, then any number of `push OP_DROP`.
 * Anything else is `undefined`. Whoever spends such an output signs over the whole script.
 */
export function keyOutputOf(script: Uint8Array): KeyOutput | undefined {
  if (!isPaymentPart(script)) return undefined;
  const parts = scriptParts(script.subarray(LENGTH));
  if (parts === undefined) return undefined;
  const attachments = droppedData(parts);
  return attachments && { keyHash: script.subarray(3, 23), attachments };
}

function isPaymentPart(script: Uint8Array): boolean {
  return (
    script.length >= LENGTH &&
    script[0] === OP.DUP &&
    script[1] === OP.HASH160 &&
    script[2] === 20 &&
    script[23] === OP.EQUALVERIFY &&
    script[24] === OP.CHECKSIG
  );
}
