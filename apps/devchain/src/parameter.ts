import { decodeAddress, LedgerTxError, parseHex, type AddressFormat } from '@besure/ledger-tx';
import { RpcFailure } from './rejection.js';

/** Checks of what callers give, with the errors of a real node. */

/** Throws the usage of a method unless it got a number of parameters that it takes. */
export function expectCount(
  parameters: readonly unknown[],
  least: number,
  most: number,
  usage: string,
): void {
  if (parameters.length >= least && parameters.length <= most) return;
  throw new RpcFailure(-1, `${usage}\n\nSee the README of besure-devchain for the methods it has.\n`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'real';
  return Array.isArray(value) ? 'array' : 'obj';
}

function expectKind(value: unknown, kind: string): void {
  if (kindOf(value) !== kind) throw new RpcFailure(-1, `value is type ${kindOf(value)}, expected ${kind}`);
}

export function text(value: unknown): string {
  expectKind(value, 'str');
  return value as string;
}

export function integer(value: unknown): number {
  expectKind(value, 'int');
  return value as number;
}

export function list(value: unknown): readonly unknown[] {
  expectKind(value, 'array');
  return value as readonly unknown[];
}

/** The bytes of hexadecimal text in either case, or `undefined`. */
export function looseHex(value: string): Uint8Array | undefined {
  return /^(?:[0-9a-fA-F]{2})*$/.test(value) ? parseHex(value.toLowerCase()) : undefined;
}

/** A hash as the ledger shows it, in lower case. */
export function hash(value: unknown, position: number): string {
  const given = text(value);
  if (!/^[0-9a-fA-F]*$/.test(given)) {
    throw new RpcFailure(-8, `parameter ${position} must be hexadecimal string (not '${given}')`);
  }
  if (given.length !== 64) {
    throw new RpcFailure(-8, `parameter ${position} must be of length 64 (not ${given.length})`);
  }
  return given.toLowerCase();
}

/** The key hash of an address, or `undefined`. */
export function keyHashOf(value: string, format: AddressFormat): Uint8Array | undefined {
  try {
    return decodeAddress(value, format);
  } catch (error) {
    if (error instanceof LedgerTxError) return undefined;
    throw error;
  }
}

/** The key hash of an address; throws what a node answers for a wrong one. */
export function address(value: unknown, format: AddressFormat): Uint8Array {
  const given = text(value);
  const keyHash = keyHashOf(given, format);
  if (keyHash === undefined) throw new RpcFailure(-5, `Invalid address: ${given}`);
  return keyHash;
}
