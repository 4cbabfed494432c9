import type { Charter, Period, Terms } from './charter.js';
import { isWithin } from './period.js';

/** Who confirms checkpoints: those who really run hubs, and those who really run witnesses. */
export interface Parties {
  readonly operators: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

/** Who really runs the hubs of a charter. */
export function operatorsOf({ hubs }: Charter): ReadonlySet<string> {
  return new Set(hubs.map(({ operator }) => operator));
}

/** Who really runs the witnesses of a charter. */
export function groupsOf({ witnesses }: Charter): ReadonlySet<string> {
  return new Set(witnesses.map(({ group }) => group));
}

/** Those of a charter that have a key at a time (POSIX seconds): who was removed before, or admitted later, is none of them. */
export function partiesAt(charter: Charter, time: number): Parties {
  const isThere = ({ keys }: { readonly keys: readonly Period[] }): boolean =>
    keys.some((key) => isWithin(key, time));
  return {
    operators: operatorsOf({ ...charter, hubs: charter.hubs.filter(isThere) }),
    groups: groupsOf({ ...charter, witnesses: charter.witnesses.filter(isThere) }),
  };
}

/**
 * Whether what a quorum of these parties has cosigned is more than one party's word: more than half of the hub operators and
 * more than half of the groups of witnesses, and two parties at least, even where an operator runs a witness too.
 */
export function isMajority(quorum: Terms['quorum'], { operators, groups }: Parties): boolean {
  const both = [...operators].filter((name) => groups.has(name)).length;
  const parties = quorum.hubs + quorum.witnesses - Math.min(quorum.hubs, quorum.witnesses, both);
  return (
    2 * quorum.hubs > operators.size &&
    (groups.size === 0 || 2 * quorum.witnesses > groups.size) &&
    parties >= 2
  );
}
