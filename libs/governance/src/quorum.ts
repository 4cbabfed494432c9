import type { Charter } from './charter.js';

/** Who really runs the hubs of a charter. */
export function operatorsOf({ hubs }: Charter): ReadonlySet<string> {
  return new Set(hubs.map(({ operator }) => operator));
}

/** Who really runs the witnesses of a charter. */
export function groupsOf({ witnesses }: Charter): ReadonlySet<string> {
  return new Set(witnesses.map(({ group }) => group));
}

/**
 * Whether what the quorum of a charter has cosigned is more than one party's word: more than half of the hub operators and
 * more than half of the groups of witnesses, and two parties at least, even where an operator runs a witness too.
 */
export function isMajority(charter: Charter): boolean {
  const { quorum } = charter;
  const operators = operatorsOf(charter);
  const groups = groupsOf(charter);
  const both = [...operators].filter((name) => groups.has(name)).length;
  const parties = quorum.hubs + quorum.witnesses - Math.min(quorum.hubs, quorum.witnesses, both);
  return (
    2 * quorum.hubs > operators.size &&
    (groups.size === 0 || 2 * quorum.witnesses > groups.size) &&
    parties >= 2
  );
}
