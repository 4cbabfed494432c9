import type { Charter, Hub } from './charter.js';
import { expectedRights, type LedgerRight } from './expected-rights.js';
import type { Proposal } from './rights/state.js';

/** A transaction's change of one right on the chain: given, or taken. */
export interface NativeChange extends LedgerRight {
  readonly isGiven: boolean;
  /** The height of its block. */
  readonly height: number;
}

/** The charter, and the proposals that made it, as of any block from that of the change on. */
export interface Decisions {
  readonly charter: Charter;
  readonly proposals: readonly Proposal[];
}

/**
 * Whether a change of the chain's own rights enacts what the board had decided: whether at some block from `patience` blocks before it on up to its own,
 * the charter gave the right that it gives, or did not give the one that it takes. A hub enacts a decision some blocks after it, when
 * another one may have been made.
 *
 * What the charter gave at a height follows from decisions up to it only, so that everyone answers alike, however much later.
 */
export function isEnactment(decisions: Decisions, change: NativeChange, patience: number): boolean {
  const key = keyOf(change);
  for (let { height } = change; height >= 0 && height >= change.height - patience; height -= 1) {
    const isGivenThen = expectedRights(charterAt(decisions, height), height + 1).some(
      (right) => keyOf(right) === key,
    );
    if (isGivenThen === change.isGiven) return true;
  }
  return false;
}

/** Whether a right that is given before the log of rights begins is one of the first charter, or of the node of one of its hubs, which may hold any: the one that began the chain does. */
export function isSetUp(first: Charter, change: NativeChange): boolean {
  const key = keyOf(change);
  return (
    first.hubs.some(({ nodeAddress }) => nodeAddress === change.address) ||
    expectedRights(first, change.height + 1).some((right) => keyOf(right) === key)
  );
}

/** What of a charter had been decided up to a height, as far as rights on the chain go. */
function charterAt({ charter, proposals }: Decisions, height: number): Charter {
  const hasBegun = ({ from }: { readonly from: number }): boolean => from <= height + 1;
  return {
    ...charter,
    organisations: charter.organisations
      .filter(hasBegun)
      .map((member) => ({ ...member, ledgerKeys: member.ledgerKeys.filter(hasBegun) })),
    hubs: charter.hubs.flatMap((hub) => hubAt(hub, proposals, height)),
  };
}

/** Periods of hubs are times; the heights stand with the decisions. */
function hubAt(hub: Hub, proposals: readonly Proposal[], height: number): Hub[] {
  const decided = (kind: 'admit-hub' | 'remove-hub'): number | null =>
    proposals.find(
      ({ status, note }) => status === 'accepted' && note.change.kind === kind && note.change.hub === hub.id,
    )?.closed ?? null;
  const admitted = decided('admit-hub');
  if (admitted !== null && admitted > height) return [];
  const removed = decided('remove-hub');
  if (removed === null || removed <= height) return [hub];
  return [{ ...hub, keys: hub.keys.map((keys) => ({ ...keys, until: null })) }];
}

function keyOf({ address, stream, type }: LedgerRight): string {
  return `${address} ${stream ?? ''} ${type}`;
}
