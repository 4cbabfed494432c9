import { ProtocolError } from './error.js';
import type { TextRule } from './rules.js';

// Small readers of parsed JSON for messages between services: no schema library on that path. Each throws a
// `message` error that names the member and the rule.

/** An object with exactly these members; those after `optional` may be missing. */
export function readMembers(
  value: unknown,
  field: string,
  names: readonly string[],
  optional: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw fault(field, 'must be an object');
  const record = value as Readonly<Record<string, unknown>>;
  for (const name of names)
    if (!Object.hasOwn(record, name)) throw fault(`${field}.${name}`, 'must be given');
  for (const name of Object.keys(record)) {
    if (!names.includes(name) && !optional.includes(name))
      throw fault(`${field}.${name}`, 'is not a member of this message');
  }
  return record;
}

/** A list of at most `most`, each read by `read`. */
export function readList<T>(
  value: unknown,
  field: string,
  most: number,
  read: (item: unknown, field: string) => T,
): T[] {
  if (!Array.isArray(value) || value.length > most)
    throw fault(field, `must be a list of at most ${most.toString()}`);
  return value.map((item, i) => read(item, `${field}.${i.toString()}`));
}

/** A text of at most `most` characters. */
export function readText(value: unknown, field: string, most: number): string {
  if (typeof value !== 'string' || value.length > most) {
    throw fault(field, `must be a text of at most ${most.toString()} characters`);
  }
  return value;
}

/** A text that keeps a rule. */
export function readRule(value: unknown, field: string, { holds, rule }: TextRule): string {
  if (typeof value !== 'string' || !holds(value)) throw fault(field, rule);
  return value;
}

/** A whole number from 0 to 2^53 - 1. */
export function readCount(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw fault(field, 'must be a whole number from 0 to 2^53 - 1');
  }
  return value;
}

/** What `read` reads, or null. */
export function readNullable<T>(
  value: unknown,
  field: string,
  read: (value: unknown, field: string) => T,
): T | null {
  return value === null ? null : read(value, field);
}

/** What a `decode…` function of bytes.ts makes of a text. */
export function readBytes(
  value: unknown,
  field: string,
  most: number,
  decode: (text: string) => Uint8Array,
): Uint8Array {
  const text = readText(value, field, most);
  try {
    return decode(text);
  } catch (cause) {
    throw new ProtocolError('message', 'must be bytes in their one encoding', { field, cause });
  }
}

/** A hash of 32 bytes. */
export function readHash(value: unknown, field: string, decode: (text: string) => Uint8Array): Uint8Array {
  const bytes = readBytes(value, field, 64, decode);
  if (bytes.length !== 32) throw fault(field, 'must be 32 bytes');
  return bytes;
}

/** The error of a message. */
export function fault(field: string, rule: string): ProtocolError {
  return new ProtocolError('message', rule, { field });
}
