import { EventStoreError } from './error.js';

/** Checks the name of a schema: plain lower-case, so that it needs no quoting anywhere, and returns it. */
export function parseSchemaName(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new EventStoreError('bad-schema', `not a plain lower-case schema name: ${JSON.stringify(schema)}`);
  }
  return schema;
}

/** A bigint as the driver gives it (text), as a number; refuses what a number cannot hold exactly. */
export function parseBigint(value: string | number): number {
  const parsed = Number(value);
  if (!Number.isSafeInteger(parsed)) {
    throw new EventStoreError('unsafe-integer', `bigint beyond 2^53: ${value}`);
  }
  return parsed;
}
