import type { Charter, Organisation } from './charter.js';
import { ledgerAddressesOf } from './membership.js';
import { isWithin } from './period.js';
import { standingHubs } from './rights/hosting.js';

/** A right on the chain (`stream` null) or on one stream of it. */
export interface LedgerRight {
  readonly address: string;
  readonly stream: string | null;
  readonly type: string;
}

/**
 * The rights that the charter gives on the ledger for the block of a height, and no others. Members spend and receive, so that their transactions can follow
 * each other, and write proofs. A key gets them before its period begins, so that nothing has to happen in that very block, and loses them with its end;
 * a member whose membership rests has none. Nodes of hubs take part, mine, administer, and carry notes.
 */
export function expectedRights(charter: Charter, height: number): LedgerRight[] {
  const { organisations, ledger } = charter;
  const { proofs, rights } = ledger.streams;
  const ofMembers = organisations
    .filter((member) => mayWrite(member, height))
    .flatMap(({ ledgerKeys }) => ledgerKeys)
    .filter((key) => lasts(key, height))
    .flatMap(({ address }) => [
      ...onChain(address, 'send', 'receive'),
      { address, stream: proofs, type: 'write' },
    ]);
  const ofHubs = [...hubNodesOf(charter)].flatMap((address) => [
    ...onChain(address, 'connect', 'send', 'receive', 'mine', 'admin'),
    { address, stream: rights, type: 'write' },
  ]);
  return [...ofHubs, ...ofMembers];
}

/** A right that the chain grants: for blocks from one on and before another. */
export interface GrantedRight extends LedgerRight {
  readonly startBlock: number;
  readonly endBlock: number;
}

/** Where the chain and the charter do not agree. */
export interface RightsGap {
  /** What the charter gives and the chain does not. */
  readonly missing: readonly LedgerRight[];
  /** What the chain gives and the charter does not; but nodes of hubs may hold every native right, which the one that began the chain does. */
  readonly surplus: readonly LedgerRight[];
}

/** Compares what the chain grants at its height, for the next block, with what the charter gives for it. */
export function compareRights(
  charter: Charter,
  permissions: readonly GrantedRight[],
  height: number,
): RightsGap {
  const active = permissions.filter(
    ({ startBlock, endBlock }) => startBlock <= height + 1 && endBlock > height + 1,
  );
  const expected = expectedRights(charter, height + 1);
  const granted = new Set(active.map(keyOf));
  const given = new Set(expected.map(keyOf));
  const nodes = hubNodesOf(charter);
  const members = new Set(charter.organisations.flatMap(ledgerAddressesOf));
  return {
    missing: expected.filter((right) => !granted.has(keyOf(right))),
    surplus: active
      .filter(
        (right) => !given.has(keyOf(right)) && (members.has(right.address) || !nodes.has(right.address)),
      )
      .map(({ address, stream, type }) => ({ address, stream, type })),
  };
}

function keyOf({ address, stream, type }: LedgerRight): string {
  return `${address} ${stream ?? ''} ${type}`;
}

/** The nodes of hubs that the charter has now, however many of them share one. */
export function hubNodesOf(charter: Charter): Set<string> {
  return new Set(standingHubs(charter).map(({ nodeAddress }) => nodeAddress));
}

function onChain(address: string, ...types: readonly string[]): LedgerRight[] {
  return types.map((type) => ({ address, stream: null, type }));
}

function mayWrite(member: Organisation, height: number): boolean {
  return lasts(member, height) && !member.suspensions.some((period) => isWithin(period, height));
}

function lasts({ until }: { readonly until: number | null }, height: number): boolean {
  return until === null || height < until;
}
