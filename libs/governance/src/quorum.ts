import type { Charter, Hub, Period, Terms, Witness } from './charter.js';
import { countedAs } from './counted-name.js';
import { isWithin } from './period.js';

/** Who confirms checkpoints, as they are counted (countedAs): those who really run hubs, and those who really run witnesses. */
export interface Parties {
  readonly operators: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

/** Who really runs these hubs, each counted once. */
export function operatorsOf(hubs: readonly Pick<Hub, 'operator'>[]): ReadonlySet<string> {
  return new Set(hubs.map(({ operator }) => countedAs(operator)));
}

/** Who really runs these witnesses, each counted once. */
export function groupsOf(witnesses: readonly Pick<Witness, 'group'>[]): ReadonlySet<string> {
  return new Set(witnesses.map(({ group }) => countedAs(group)));
}

/** Those of a charter that have a key at a time (POSIX seconds): who was removed before, or admitted later, is none of them. */
export function partiesAt(charter: Charter, time: number): Parties {
  const isThere = ({ keys }: { readonly keys: readonly Period[] }): boolean =>
    keys.some((key) => isWithin(key, time));
  return {
    operators: operatorsOf(charter.hubs.filter(isThere)),
    groups: groupsOf(charter.witnesses.filter(isThere)),
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
