import type { Charter, Hub } from '../charter.js';
import { fault } from '../rule-fault.js';

/** Hubs whose keys count from now on. */
export function standingHubs({ hubs }: Charter): readonly Hub[] {
  return hubs.filter(({ keys }) => keys.some(({ until }) => until === null));
}

/** How many of `count` may stand with one provider: a share, rounded down, but one always. */
export function hostingLimit(capPercent: number, count: number): number {
  return Math.max(1, Math.floor((capPercent * count) / 100));
}

/** A provider with more than its share. */
export interface HostingExcess {
  readonly provider: string;
  /** Of what there are too many: hubs, or those who run them. */
  readonly of: 'hubs' | 'operators';
  readonly there: number;
  readonly total: number;
  readonly limit: number;
}

/**
 * Which providers have more than the charter's share: of the hubs, and of their operators, who are what a quorum counts. An
 * operator with hubs at several providers counts at each.
 */
export function hostingExcesses({ board }: Charter, hubs: readonly Hub[]): HostingExcess[] {
  const operators = new Set(hubs.map(({ operator }) => operator)).size;
  return [...new Set(hubs.map(({ provider }) => provider))].flatMap((provider) => {
    const those = hubs.filter((hub) => hub.provider === provider);
    const counts = [
      { of: 'hubs', there: those.length, total: hubs.length },
      { of: 'operators', there: new Set(those.map(({ operator }) => operator)).size, total: operators },
    ] as const;
    return counts
      .map((count) => ({ provider, ...count, limit: hostingLimit(board.hostingCapPercent, count.total) }))
      .filter(({ there, limit }) => there > limit);
  });
}

/** An excess in words, with its arithmetic. */
export function hostingArithmetic(
  { board: { hostingCapPercent: cap } }: Charter,
  { provider, of, there, total, limit }: HostingExcess,
): string {
  return `${there} of ${total} ${of} on the infrastructure of ${provider}, at most max(1, floor(${cap} % of ${total})) = ${limit}`;
}

/**
 * Throws `rule`, with the arithmetic, where a provider has more than its share. Only the one that a hub is added to is asked: what
 * another has too much of, since others were removed, becomes a smaller part by it.
 */
export function assertHosting(charter: Charter, added: string): void {
  const excess = hostingExcesses(charter, standingHubs(charter)).find(({ provider }) => provider === added);
  if (excess !== undefined)
    throw fault('change.provider', `would leave ${hostingArithmetic(charter, excess)}`);
}
