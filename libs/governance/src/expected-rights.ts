import type { Charter } from './charter.js';

/** A right on the chain (`stream` null) or on one stream of it. */
export interface LedgerRight {
  readonly address: string;
  readonly stream: string | null;
  readonly type: string;
}

/**
 * The rights that the charter gives its members on the ledger for the block of a height, and no others: to spend and receive, so that a member's
 * transactions can follow each other, and to write proofs. A key gets them before its period begins, so that nothing has to happen in that very
 * block, and loses them with its end. What hub nodes hold natively is not in this version of the charter.
 */
export function expectedRights({ organisations, ledger }: Charter, height: number): LedgerRight[] {
  const lasts = (until: number | null): boolean => until === null || height < until;
  return organisations
    .filter(({ until }) => lasts(until))
    .flatMap(({ ledgerKeys }) => ledgerKeys)
    .filter(({ until }) => lasts(until))
    .flatMap(({ address }) => [
      { address, stream: null, type: 'send' },
      { address, stream: null, type: 'receive' },
      { address, stream: ledger.streams.proofs, type: 'write' },
    ]);
}
