import { z } from 'zod';
import { askLedgerWriter } from './ask-ledger-writer.js';

const heights = z.object({ height: z.int(), tip: z.int() });

/** Of the newest block that is final, and of the newest one. */
export type LedgerHeights = Readonly<z.infer<typeof heights>>;

/** Asks a ledger-writer how far the ledger is. Rejects where that does not answer. */
export function readHeights(url: string): Promise<LedgerHeights> {
  return askLedgerWriter(url, '/v1/status', heights, 'how far the ledger is');
}
