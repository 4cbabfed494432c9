import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tally } from './tally.js';

describe('a vote of 1 to 12 members', () => {
  const counts = Array.from({ length: 12 }, (_, i) => i + 1);

  it.each(counts)('of %i is accepted by more than half of them, and by no fewer', (count) => {
    const voters = Array.from({ length: count }, (_, i) => `member-${i}`);
    for (let inFavour = 0; inFavour <= count; inFavour++) {
      for (let against = 0; against + inFavour <= count; against++) {
        const choices = new Map(
          voters
            .map((voter, i) => [voter, i < inFavour ? 'for' : 'against'] as const)
            .filter((_, i) => i < inFavour + against),
        );
        const { result } = tally({ voters, atLeast: null, including: [] }, choices);
        const expected = 2 * inFavour > count ? 'accepted' : 2 * against >= count ? 'rejected' : 'open';
        expect(result).toBe(expected);
      }
    }
  });

  it('comes out the same in whatever order the votes arrive', () => {
    const ballots = fc.array(fc.constantFrom('for', 'against'), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(ballots, fc.infiniteStream(fc.nat()), (choices, keys) => {
        const voters = choices.map((_, i) => `member-${i}`);
        const order = voters
          .map((voter) => ({ voter, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key);
        const first = (sequence: readonly string[]): string => {
          const cast = new Map<string, 'for' | 'against'>();
          for (const voter of sequence) {
            cast.set(voter, choices[voters.indexOf(voter)]!);
            const { result } = tally({ voters, atLeast: null, including: [] }, cast);
            if (result !== 'open') return result;
          }
          return 'open';
        };
        expect(first(order.map(({ voter }) => voter))).toBe(first(voters));
      }),
    );
  });
});
