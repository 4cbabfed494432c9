import { isCompressedPublicKey } from './digest.js';
import { scriptParts } from './script.js';

/** What a script that spends a key's output shows. */
export interface KeyInput {
  /** DER, without the type at its end. Whether it is valid is for the node to say. */
  readonly signature: Uint8Array;
  readonly hashType: number;
  readonly publicKey: Uint8Array;
}

const SHORTEST = 9;
const LONGEST = 73;

/** Reads an input's script as signature and compressed public key, both pushed in the shortest form. */
export function keyInputOf(script: Uint8Array): KeyInput | undefined {
  const parts = scriptParts(script);
  const [first, second] = parts ?? [];
  if (parts?.length !== 2 || first === undefined || second === undefined) return undefined;
  if (!('push' in first) || !('push' in second)) return undefined;
  const { push } = first;
  if (push.length < SHORTEST || push.length > LONGEST || !isCompressedPublicKey(second.push))
    return undefined;
  return {
    signature: push.subarray(0, -1),
    hashType: push[push.length - 1] as number,
    publicKey: second.push,
  };
}
