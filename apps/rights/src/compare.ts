import {
  type Charter,
  expectedRights,
  hubNodesOf,
  ledgerAddressesOf,
  type LedgerRight,
} from '@besure/governance';
import type { LedgerRights } from './permissions-answer.js';

/** Something that the charter and the ledger do not agree about. */
export type Difference =
  /** The charter gives this right, the ledger does not. */
  | ({ readonly kind: 'missing' } & LedgerRight)
  /** The ledger gives this right, the charter does not. */
  | ({ readonly kind: 'surplus' } & LedgerRight)
  /** A stream of the charter is not there, or everyone may write to it. */
  | { readonly kind: 'no-stream' | 'open-stream'; readonly stream: string };

/**
 * Compares what the ledger permits at its height with what the charter says. Members have exactly their rights. Nodes of hubs have theirs, and may hold
 * every other native right, which the one that began the chain does; nobody else holds any.
 */
export function differences(charter: Charter, { height, permissions, streams }: LedgerRights): Difference[] {
  // What holds for the next block.
  const active = permissions.filter(
    ({ startBlock, endBlock }) => startBlock <= height + 1 && endBlock > height + 1,
  );
  const nodes = hubNodesOf(charter);
  const expected = new Map(expectedRights(charter, height + 1).map((right) => [keyOf(right), right]));
  const granted = new Set(active.map(keyOf));
  const members = new Set(charter.organisations.flatMap(ledgerAddressesOf));
  const surplus = active.filter(
    (right) => !expected.has(keyOf(right)) && (members.has(right.address) || !nodes.has(right.address)),
  );
  return [
    ...Object.values(charter.ledger.streams).flatMap((name): Difference[] => {
      const stream = streams.find((one) => one.name === name);
      if (stream === undefined) return [{ kind: 'no-stream', stream: name }];
      return stream.restrictsWrite ? [] : [{ kind: 'open-stream', stream: name }];
    }),
    ...[...expected.values()]
      .filter((right) => !granted.has(keyOf(right)))
      .map((right): Difference => ({ kind: 'missing', ...right })),
    ...surplus.map(({ address, stream, type }): Difference => ({ kind: 'surplus', address, stream, type })),
  ];
}

function keyOf({ address, stream, type }: LedgerRight): string {
  return `${address} ${stream ?? ''} ${type}`;
}
