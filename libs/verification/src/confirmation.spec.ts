import { type Charter, countedAs, type FormerTerms, termsAt } from '@besure/governance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cosigned } from './checkpoint-signatures.js';
import { confirmationOf } from './confirmation.js';
import { scene } from './contract/case-tools.js';
import { terms as termsChange } from './contract/cases-terms.js';
import { Board } from './contract/board.js';
import { Network } from './contract/network.js';
import { nodePrimitives as primitives } from './contract/node-primitives.js';
import { formatEvidence } from '@besure/protocol';
import { verify } from './verify.js';

// Whatever a board decides later, and whoever signed when.

const { charter: usual } = new Network({ hubs: 3, witnesses: ['alpha', 'beta'] });
const OPERATORS = usual.hubs.map(({ operator }) => countedAs(operator));
const GROUPS = usual.witnesses.map(({ group }) => countedAs(group));

const anyQuorum = fc.record({ hubs: fc.integer({ min: 1, max: 3 }), witnesses: fc.nat(2) });
const anyTime = fc.integer({ min: 1, max: 50 });
const anyCosigned: fc.Arbitrary<Cosigned> = fc
  .record({
    of: fc.dictionary(fc.constantFrom(...OPERATORS), anyTime),
    by: fc.dictionary(fc.constantFrom(...GROUPS), anyTime),
  })
  .map(({ of, by }) => ({
    signedByLog: true,
    hubs: [],
    witnesses: [],
    operatorTimes: new Map(Object.entries(of)),
    groupTimes: new Map(Object.entries(by)),
  }));
const anyStamp = fc.option(
  fc.record({ time: anyTime, authority: fc.constant('an authority'), ofSameCheckpoint: fc.boolean() }),
);
/** Terms that followed each other at heights 10, 20, …, at times that never go back. */
const anyHistory: fc.Arbitrary<Charter> = fc
  .array(fc.tuple(anyQuorum, anyTime), { minLength: 1, maxLength: 4 })
  .map((decisions) => {
    const times = decisions.map(([, time]) => time).toSorted((a, b) => a - b);
    const all = decisions.map(([quorum], i): FormerTerms => {
      return { ...usual, quorum, until: 10 * (i + 1), untilTime: times[i]! };
    });
    return { ...usual, quorum: all.at(-1)!.quorum, formerTerms: all.slice(0, -1) };
  });
const anyHeight = fc.integer({ min: 0, max: 40 });

function decidedAfter(charter: Charter, quorum: Charter['quorum'], time: number): Charter {
  const last: FormerTerms = { ...charter, until: 1000, untilTime: time };
  return { ...charter, quorum, formerTerms: [...charter.formerTerms, last] };
}

describe('since when a recording counts', () => {
  it('is not touched by what is decided later, and what only that confirms is not from before it', () => {
    fc.assert(
      fc.property(
        anyHistory,
        anyHeight,
        anyCosigned,
        anyStamp,
        anyQuorum,
        fc.nat(60),
        (charter, height, cosigned, stamp, quorum, later) => {
          const decided = Math.max(later, ...charter.formerTerms.map(({ untilTime }) => untilTime));
          const before = confirmationOf(cosigned, stamp, height, charter);
          const after = confirmationOf(cosigned, stamp, height, decidedAfter(charter, quorum, decided));
          if (before !== null) expect(after).toEqual(before);
          else if (after !== null) {
            expect(after.recordedTime).toBeGreaterThanOrEqual(decided);
            expect(after.confirmedTime).toBeGreaterThanOrEqual(decided);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is never earlier than under the terms of its height alone', () => {
    fc.assert(
      fc.property(anyHistory, anyHeight, anyCosigned, anyStamp, (charter, height, cosigned, stamp) => {
        const alone = { ...charter, quorum: termsAt(charter, height).quorum, formerTerms: [] };
        const then = confirmationOf(cosigned, stamp, height, alone);
        const now = confirmationOf(cosigned, stamp, height, charter);
        if (then !== null) expect(now).toEqual(then);
      }),
      { numRuns: 1000 },
    );
  });

  it('is by what a holder leaves out never earlier than it was, but where the board has lowered the quorum by then', () => {
    fc.assert(
      fc.property(
        anyHistory,
        anyHeight,
        anyCosigned,
        fc.constantFrom(...OPERATORS),
        (charter, height, cosigned, left) => {
          const whole = confirmationOf(cosigned, null, height, charter);
          const fewer = new Map([...cosigned.operatorTimes].filter(([operator]) => operator !== left));
          const part = confirmationOf({ ...cosigned, operatorTimes: fewer }, null, height, charter);
          const next = charter.formerTerms.find(({ until }) => height < until)?.untilTime ?? Infinity;
          if (whole !== null && part !== null)
            expect(part.recordedTime).toBeGreaterThanOrEqual(Math.min(whole.recordedTime, next));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

it('evidence says since when: the lowering of the quorum, and of whom its word is', () => {
  const T = 1_795_371_930;
  const { evidence, network } = scene({
    network: { hubs: 2, quorum: 2 },
    lines: (of) => of.lines({ 'hub-1': T }),
  });
  const board = new Board(network.charter, T - 47_110).found();
  board.decide(termsChange({ quorum: { hubs: 1, witnesses: 0 } }), 4800);
  const verdict = verify(formatEvidence(evidence), board.trust(), { primitives });
  expect(verdict).toMatchObject({
    code: 'proven',
    recordedTime: new Date(1000 * board.timeAt(4800)).toISOString().replace('.000Z', 'Z'),
    quorum: { operators: 1, groups: 0 },
    parties: { operators: 2, groups: 0 },
    assurance: 'one-hub',
  });
});
