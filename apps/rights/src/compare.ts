import { type Charter, expectedRights, ledgerAddressesOf, type LedgerRight } from '@besure/governance';
import type { LedgerRights, Permission } from './permissions-answer.js';

/** Something that the charter and the ledger do not agree about. */
export type Difference =
  /** The charter gives this right, the ledger does not. */
  | ({ readonly kind: 'missing' } & LedgerRight)
  /** The ledger gives this right, the charter does not. */
  | ({ readonly kind: 'surplus' } & LedgerRight)
  /** A stream of the charter is not there, or everyone may write to it. */
  | { readonly kind: 'no-stream' | 'open-stream'; readonly stream: string }
  /** As many nodes as the charter has hubs should administer the chain. */
  | { readonly kind: 'administrators'; readonly expected: number; readonly found: number };

/**
 * Compares what the ledger permits at its height with what the charter says. Members have exactly their rights. Whoever may administer the chain is the
 * node of a hub, of which this version of the charter knows the number only: those may hold every native right, nobody else may hold any.
 */
export function differences(charter: Charter, { height, permissions, streams }: LedgerRights): Difference[] {
  // What holds for the next block.
  const active = permissions.filter(
    ({ startBlock, endBlock }) => startBlock <= height + 1 && endBlock > height + 1,
  );
  const nodes = new Set(active.filter(isAdministration).map(({ address }) => address));
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
    ...(nodes.size === charter.hubs.length
      ? []
      : [{ kind: 'administrators', expected: charter.hubs.length, found: nodes.size } as const]),
    ...[...expected.values()]
      .filter((right) => !granted.has(keyOf(right)))
      .map((right): Difference => ({ kind: 'missing', ...right })),
    ...surplus.map(({ address, stream, type }): Difference => ({ kind: 'surplus', address, stream, type })),
  ];
}

function isAdministration({ stream, type }: Permission): boolean {
  return stream === null && type === 'admin';
}

function keyOf({ address, stream, type }: LedgerRight): string {
  return `${address} ${stream ?? ''} ${type}`;
}
