import type { Charter } from '../charter.js';
import { mayVote } from '../membership.js';

/** Who decides on a proposal: settled by the charter when it is made; who is removed or suspended later is struck. */
export interface Electorate {
  /** Member ids, sorted. */
  readonly voters: readonly string[];
  /** How many votes for it accept a proposal; `null`: more than half of the voters. */
  readonly atLeast: number | null;
  /** Those without whose votes nothing is accepted. */
  readonly including: readonly string[];
}

/** How a vote stands, and what it needs. */
export interface Tally {
  readonly for: readonly string[];
  readonly against: readonly string[];
  readonly outstanding: readonly string[];
  /** How many votes for it accept. */
  readonly needed: number;
  /** `open` as long as the votes that are still out may decide either way. */
  readonly result: 'open' | 'accepted' | 'rejected';
}

/** Who decides by the charter as it is. */
export function electorateOf({ board: { rule }, organisations }: Charter): Electorate {
  const may = organisations
    .filter((member) => mayVote(member))
    .map(({ id }) => id)
    .sort();
  switch (rule.mode) {
    case 'central':
      return { voters: may.filter((id) => id === rule.organisation), atLeast: 1, including: [] };
    case 'majority':
      return { voters: may, atLeast: null, including: [] };
    case 'hybrid':
      return {
        voters: may.filter((id) => rule.organisations.includes(id)),
        atLeast: rule.atLeast,
        including: [...rule.including].sort(),
      };
  }
}

/** Counts. `choices` holds each member's last vote; those of others than the voters count for nothing. */
export function tally(
  { voters, atLeast, including }: Electorate,
  choices: ReadonlyMap<string, 'for' | 'against'>,
): Tally {
  const those = (choice: 'for' | 'against' | undefined): string[] =>
    voters.filter((voter) => choices.get(voter) === choice);
  const inFavour = those('for');
  const against = those('against');
  const needed = atLeast ?? Math.floor(voters.length / 2) + 1;
  const isAccepted = inFavour.length >= needed && including.every((id) => inFavour.includes(id));
  const isRejected =
    voters.length - against.length < needed ||
    including.some((id) => !voters.includes(id) || against.includes(id));
  const result = isAccepted ? 'accepted' : isRejected ? 'rejected' : 'open';
  return { for: inFavour, against, outstanding: those(undefined), needed, result };
}

/** The electorate without those who are members no more. */
export function struck(electorate: Electorate, charter: Charter): Electorate {
  const may = new Set(charter.organisations.filter((member) => mayVote(member)).map(({ id }) => id));
  return { ...electorate, voters: electorate.voters.filter((id) => may.has(id)) };
}
