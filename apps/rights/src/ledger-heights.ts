import { z } from 'zod';
import { RightsError } from './error.js';

const heights = z.object({ height: z.int(), tip: z.int() });
const DEADLINE_MILLIS = 10_000;

/** Of the newest block that is final, and of the newest one. */
export type LedgerHeights = Readonly<z.infer<typeof heights>>;

/** Asks a ledger-writer how far the ledger is. Rejects where that does not answer. */
export async function readHeights(url: string): Promise<LedgerHeights> {
  const response = await fetch(`${url}/v1/status`, {
    signal: AbortSignal.timeout(DEADLINE_MILLIS),
    redirect: 'error',
  });
  const read = heights.safeParse(await response.json());
  if (!response.ok || !read.success)
    throw new RightsError('malformed-answer', 'the ledger-writer does not say how far the ledger is');
  return read.data;
}
