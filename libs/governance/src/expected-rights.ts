import type { Charter } from './charter.js';

/** A right on the chain (`stream` null) or on one stream of it. */
export interface LedgerRight {
  readonly address: string;
  readonly stream: string | null;
  readonly type: string;
}

/**
 * The rights that the charter gives its members on the ledger, and no others: to spend and receive, so that a member's transactions can follow
 * each other, and to write proofs. What hub nodes hold natively is not in this version of the charter.
 */
export function expectedRights({ organisations, ledger }: Charter): LedgerRight[] {
  return organisations.flatMap(({ ledgerAddress: address }) => [
    { address, stream: null, type: 'send' },
    { address, stream: null, type: 'receive' },
    { address, stream: ledger.streams.proofs, type: 'write' },
  ]);
}
