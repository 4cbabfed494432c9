import type { z } from 'zod';
import { RightsError } from './error.js';

const DEADLINE_MILLIS = 10_000;

/** What the hub's ledger-writer answers to everyone at a path. Rejects where it does not answer, or answers something else: `what` is in the message. */
export async function askLedgerWriter<Schema extends z.ZodType>(
  url: string,
  path: string,
  schema: Schema,
  what: string,
): Promise<z.output<Schema>> {
  const response = await fetch(`${url}${path}`, {
    signal: AbortSignal.timeout(DEADLINE_MILLIS),
    redirect: 'error',
  });
  const read = schema.safeParse(await response.json());
  if (!response.ok || !read.success)
    throw new RightsError('malformed-answer', `the ledger-writer does not say ${what}`);
  return read.data;
}
