import { concat } from './bytes.js';
import { LedgerTxError } from './error.js';

/** The few operations that the scripts of this project use. */
export const OP = {
  PUSHDATA1: 0x4c,
  PUSHDATA2: 0x4d,
  PUSHDATA4: 0x4e,
  RETURN: 0x6a,
  DROP: 0x75,
  DUP: 0x76,
  EQUALVERIFY: 0x88,
  HASH160: 0xa9,
  CHECKSIG: 0xac,
} as const;

/** One step of a script: a push of data, or an operation. */
export type ScriptPart = { readonly push: Uint8Array } | { readonly operation: number };

/** The shortest push of data: its length in front, in the smallest form that holds it. */
export function pushData(data: Uint8Array): Uint8Array {
  const { length } = data;
  if (length < OP.PUSHDATA1) return concat(Uint8Array.of(length), data);
  if (length <= 0xff) return concat(Uint8Array.of(OP.PUSHDATA1, length), data);
  if (length <= 0xffff) return concat(Uint8Array.of(OP.PUSHDATA2, length & 0xff, length >> 8), data);
  throw new LedgerTxError('data-length', 'more than 65535 bytes of data in one push');
}

/**
 * Splits a script into its parts; `undefined` where a push is cut off or not in its shortest form.
 * Miners may put any bytes into a script: nothing here throws.
 */
export function scriptParts(script: Uint8Array): ScriptPart[] | undefined {
  const parts: ScriptPart[] = [];
  for (let at = 0; at < script.length;) {
    const opcode = script[at] as number;
    if (opcode > OP.PUSHDATA4) {
      parts.push({ operation: opcode });
      at += 1;
      continue;
    }
    const header = pushHeader(script, at);
    if (header === undefined || header.from + header.length > script.length) return undefined;
    parts.push({ push: script.subarray(header.from, header.from + header.length) });
    at = header.from + header.length;
  }
  return parts;
}

function pushHeader(script: Uint8Array, at: number): { from: number; length: number } | undefined {
  const opcode = script[at] as number;
  if (opcode < OP.PUSHDATA1) return { from: at + 1, length: opcode };
  const width = opcode === OP.PUSHDATA1 ? 1 : opcode === OP.PUSHDATA2 ? 2 : 4;
  const from = at + 1 + width;
  if (from > script.length) return undefined;
  let length = 0;
  for (let i = width; i > 0; i--) length = length * 256 + (script[at + i] as number);
  const least = width === 1 ? OP.PUSHDATA1 : width === 2 ? 0x100 : 0x1_0000;
  return length < least ? undefined : { from, length };
}

/** The data of the part, if it is a push. */
export function pushOf(part: ScriptPart | undefined): Uint8Array | undefined {
  return part !== undefined && 'push' in part ? part.push : undefined;
}

/** True if the part is this operation. */
export function isOperation(part: ScriptPart | undefined, operation: number): boolean {
  return part !== undefined && 'operation' in part && part.operation === operation;
}

/** Data that the script pushes and drops again: how MultiChain hangs its elements onto a script. */
export function droppedPush(data: Uint8Array): Uint8Array {
  return concat(pushData(data), Uint8Array.of(OP.DROP));
}

/** The data of each `push OP_DROP`, or `undefined` if there is anything else. */
export function droppedData(parts: readonly ScriptPart[]): Uint8Array[] | undefined {
  const data: Uint8Array[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const push = pushOf(parts[i]);
    if (push === undefined || !isOperation(parts[i + 1], OP.DROP)) return undefined;
    data.push(push);
  }
  return data;
}
