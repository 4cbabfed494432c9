import { type Charter, compareRights, type LedgerRight } from '@besure/governance';
import type { LedgerRights } from './permissions-answer.js';

/** Something that the charter and the ledger do not agree about. */
export type Difference =
  /** The charter gives this right, the ledger does not. */
  | ({ readonly kind: 'missing' } & LedgerRight)
  /** The ledger gives this right, the charter does not. */
  | ({ readonly kind: 'surplus' } & LedgerRight)
  /** A stream of the charter is not there, or everyone may write to it. */
  | { readonly kind: 'no-stream' | 'open-stream'; readonly stream: string };

/** Compares what the ledger permits at its height with what the charter says: streams, and rights. */
export function differences(charter: Charter, { height, permissions, streams }: LedgerRights): Difference[] {
  const { missing, surplus } = compareRights(charter, permissions, height);
  return [
    ...Object.values(charter.ledger.streams).flatMap((name): Difference[] => {
      const stream = streams.find((one) => one.name === name);
      if (stream === undefined) return [{ kind: 'no-stream', stream: name }];
      return stream.restrictsWrite ? [] : [{ kind: 'open-stream', stream: name }];
    }),
    ...missing.map((right): Difference => ({ kind: 'missing', ...right })),
    ...surplus.map((right): Difference => ({ kind: 'surplus', ...right })),
  ];
}
