import type { Charter, Hub } from '../charter.js';
import { countedAs } from '../counted-name.js';
import { operatorsOf } from '../quorum.js';
import { fault } from '../rule-fault.js';

/** Hubs whose keys count from now on. */
export function standingHubs({ hubs }: Charter): readonly Hub[] {
  return hubs.filter(({ keys }) => keys.some(({ until }) => until === null));
}

/** How many of `count` may stand with one provider: a share, rounded down, but one always. */
export function hostingLimit(capPercent: number, count: number): number {
  return Math.max(1, Math.floor((capPercent * count) / 100));
}

/** How many a provider has, and how many it may have. */
interface Count {
  readonly there: number;
  readonly total: number;
  readonly limit: number;
}

/** What of the hubs stands with one provider. */
export interface HostingShare {
  /** What it counts as. */
  readonly key: string;
  /** Its name in every spelling, in the order in which they came. */
  readonly spellings: readonly string[];
  readonly hubs: Count;
  /** Of those who run hubs. One with hubs at several providers counts at each. */
  readonly operators: Count;
}

/** Of each provider how many standing hubs it has, and how many of their operators, who are what a quorum counts. */
export function hostingShares(charter: Charter): readonly HostingShare[] {
  const hubs = standingHubs(charter);
  const totals = { hubs: hubs.length, operators: operatorsOf(hubs).size };
  const count = (there: number, total: number): Count => {
    return { there, total, limit: hostingLimit(charter.board.hostingCapPercent, total) };
  };
  return [...Map.groupBy(hubs, ({ provider }) => countedAs(provider))].map(([key, those]) => ({
    key,
    spellings: [...new Set(those.map(({ provider }) => provider))],
    hubs: count(those.length, totals.hubs),
    operators: count(operatorsOf(those).size, totals.operators),
  }));
}

/** A provider with more than its share. */
export interface HostingExcess extends Count, Pick<HostingShare, 'key' | 'spellings'> {
  /** Of what there are too many: hubs, or those who run them. */
  readonly of: 'hubs' | 'operators';
}

/** Which providers have more than the charter's share: of the hubs, and of their operators. */
export function hostingExcesses(charter: Charter): HostingExcess[] {
  return hostingShares(charter).flatMap(({ key, spellings, hubs, operators }) =>
    [
      { key, spellings, of: 'hubs' as const, ...hubs },
      { key, spellings, of: 'operators' as const, ...operators },
    ].filter(({ there, limit }) => there > limit),
  );
}

/** A provider for people: who reads a count must see which spellings are one. */
export function hostedBy(spellings: readonly string[]): string {
  const [first, ...others] = spellings;
  return others.length === 0 ? `${first}` : `${first} (also spelled ${others.join('; ')})`;
}

/** An excess in words, with its arithmetic. */
export function hostingArithmetic(
  { board: { hostingCapPercent: cap } }: Charter,
  { spellings, of, there, total, limit }: HostingExcess,
): string {
  return `${there} of ${total} ${of} on the infrastructure of ${hostedBy(spellings)}, at most max(1, floor(${cap} % of ${total})) = ${limit}`;
}

/**
 * Throws `rule`, with the arithmetic, where a provider has more than its share. Only the one that a hub is added to is asked: what
 * another has too much of, since others were removed, becomes a smaller part by it.
 */
export function assertHosting(charter: Charter, added: string): void {
  const excess = hostingExcesses(charter).find(({ key }) => key === countedAs(added));
  if (excess !== undefined)
    throw fault('change.provider', `would leave ${hostingArithmetic(charter, excess)}`);
}
