import { ascii, isEqual } from './bytes.js';
import { keyOutputOf } from './p2pkh.js';
import { droppedData, isOperation, OP, pushOf, scriptParts } from './script.js';

/** What an output does: pay to a key (and perhaps change its rights), or say something in MultiChain's own terms. */
export type OutputKind = 'payment' | 'metadata';

const MARK = ascii('spk');

/**
 * The kind of an output's script, `undefined` for every other script. Whoever passes on transactions of others lets only
 * these two through: a MultiChain 2.3.3 node takes an output with an empty script into its memory pool, crashes when it
 * makes a block of it, and again after each restart.
 */
export function outputKindOf(script: Uint8Array): OutputKind | undefined {
  if (keyOutputOf(script)?.attachments.every(isMarked) === true) return 'payment';
  const parts = scriptParts(script) ?? [];
  const end = parts.findIndex((part) => isOperation(part, OP.RETURN));
  const elements = end < 1 ? undefined : droppedData(parts.slice(0, end));
  if (elements === undefined || !elements.every(isMarked)) return undefined;
  const rest = parts.slice(end + 1);
  const isPlain = rest.length === 0 || (rest.length === 1 && pushOf(rest[0]) !== undefined);
  return isPlain ? 'metadata' : undefined;
}

function isMarked(data: Uint8Array): boolean {
  return isEqual(data.subarray(0, MARK.length), MARK);
}
