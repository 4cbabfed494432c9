import {
  encodeBase64url,
  encodeRightsEntry,
  encodeRightsItem,
  parseRightsEntry,
  readRightsItem,
} from '@besure/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admission, address, charterOf, entry, hubKeys, note, primitives } from '../../test/board.ts';
import {
  type BoardRule,
  type Change,
  formatState,
  hostingExcesses,
  type NoteContent,
  parseNote,
  replay,
  type RightsState,
  standingHubs,
  tally,
} from '../index.js';

// What must hold whatever members, hubs and those who are neither write into the log.

const MEMBERS = ['alpha', 'beta', 'gamma', 'exchange'] as const;
const STRANGER = 'stranger';

const anyRule: fc.Arbitrary<BoardRule> = fc.oneof(
  fc.constant<BoardRule>({ mode: 'majority' }),
  fc.constantFrom(...MEMBERS).map((organisation): BoardRule => ({ mode: 'central', organisation })),
  fc
    .record({
      organisations: fc.uniqueArray(fc.constantFrom(...MEMBERS), { minLength: 2, maxLength: 4 }),
      atLeast: fc.integer({ min: 1, max: 2 }),
      alsoFirst: fc.boolean(),
    })
    .map(({ organisations, atLeast, alsoFirst }): BoardRule => {
      return { mode: 'hybrid', organisations, atLeast, including: alsoFirst ? [organisations[0]!] : [] };
    }),
);

/** What somebody does; `which` picks one of the proposals made so far. */
type Act =
  | { readonly kind: 'propose'; readonly member: string; readonly change: Change }
  | {
      readonly kind: 'vote';
      readonly member: string;
      readonly which: number;
      readonly choice: 'for' | 'against';
      readonly number: number;
      readonly seat: string;
    };

const anyone = fc.constantFrom(...MEMBERS, STRANGER);
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.constantFrom('delta', 'epsilon', ...MEMBERS).map(admission),
  fc
    .record({
      kind: fc.constantFrom('suspend-organisation', 'reinstate-organisation', 'remove-organisation'),
      organisation: anyone,
    })
    .map((change): Change => change as Change),
  anyRule.map((rule): Change => {
    const board = { ...charterOf().board, rule };
    return {
      kind: 'change-terms',
      limits: null,
      quorum: null,
      leastAssurance: null,
      board,
      algorithms: null,
    };
  }),
);
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('propose'), member: anyone, change: anyChange }) },
  {
    weight: 4,
    arbitrary: fc
      .record({
        kind: fc.constant('vote'),
        member: anyone,
        which: fc.nat(7),
        choice: fc.constantFrom('for', 'for', 'against'),
        number: fc.integer({ min: 1, max: 3 }),
        borrowed: fc.option(anyone, { freq: 10 }),
      })
      .map(({ borrowed, ...vote }) => ({ ...vote, seat: `${borrowed ?? vote.member} seat` })),
  },
);

/** The log of a board whose members do all that, each in a block of its own, and the states after each. */
function play(
  rule: BoardRule,
  acts: readonly Act[],
  hub?: string,
): { entries: Uint8Array[]; states: RightsState[] } {
  const entries = [entry(1, { charter: charterOf(MEMBERS, { rule }) }, hub)];
  const states = [replay(null, entries, primitives).state!];
  for (const act of acts) {
    const before = states.at(-1)!;
    const content = contentOf(before, act);
    if (content === null) continue;
    const made = note(content, act.kind === 'vote' ? act.seat : `${act.member} seat`);
    const next = entry(entries.length + 1, made, hub);
    entries.push(next);
    states.push(replay(before, [next], primitives).state!);
  }
  return { entries, states };
}

function contentOf(state: RightsState, act: Act): NoteContent | null {
  const { network, version, proposals } = state;
  if (act.kind === 'propose') {
    const { member, change } = act;
    return { kind: 'proposal', network, member, state: version, expires: 60, minute: null, change };
  }
  const proposal = proposals.at(act.which % Math.max(1, proposals.length));
  if (proposal === undefined) return null;
  const { member, choice, number } = act;
  return { kind: 'vote', network, member, state: proposal.note.state, proposal: proposal.id, number, choice };
}

const someActs = fc.array(anyAct, { minLength: 5, maxLength: 25 });
const RUNS = { numRuns: 40 };

describe('whatever is written into the log of rights', () => {
  it('replay in any split gives the same state', () => {
    const cuts = fc.array(fc.nat(25), { maxLength: 4 });
    fc.assert(
      fc.property(anyRule, someActs, cuts, (rule, acts, at) => {
        const { entries } = play(rule, acts);
        const whole = replay(null, entries, primitives);
        const ends = [...at.map((cut) => cut % entries.length), entries.length].sort((a, b) => a - b);
        let state: RightsState | null = null;
        const outcomes = ends.flatMap((end, i) => {
          const part = replay(state, entries.slice(ends[i - 1] ?? 0, end), primitives);
          ({ state } = part);
          return part.outcomes;
        });
        expect(formatState(state!)).toBe(formatState(whole.state!));
        expect(outcomes).toEqual(whole.outcomes);
      }),
      RUNS,
    );
  });

  it('nothing is decided without those whom the rule asks for, and only by members', () => {
    fc.assert(
      fc.property(anyRule, someActs, (rule, acts) => {
        const { states } = play(rule, acts);
        for (const [i, state] of states.entries()) {
          for (const proposal of state.proposals.filter(({ status }) => status === 'accepted')) {
            const before = states[i - 1]?.proposals.find(({ id }) => id === proposal.id);
            if (before?.status !== 'open') continue;
            const inFavour = proposal.votes
              .filter(({ choice, member }) => choice === 'for' && proposal.electorate.voters.includes(member))
              .map(({ member }) => member);
            expect(isEnough(states[i - 1]!.charter.board.rule, inFavour, proposal.electorate.voters)).toBe(
              true,
            );
          }
        }
      }),
      RUNS,
    );
  });

  it('the version counts what was accepted, and the charter changes with it alone', () => {
    fc.assert(
      fc.property(anyRule, someActs, (rule, acts) => {
        const { states } = play(rule, acts);
        for (const [i, { version, charter, proposals }] of states.entries()) {
          expect(proposals.filter(({ status }) => status === 'accepted')).toHaveLength(version);
          const before = states[i - 1];
          if (before?.version === version) expect(charter).toBe(before.charter);
        }
      }),
      RUNS,
    );
  });

  it('which hub carries it makes no difference', () => {
    fc.assert(
      fc.property(anyRule, someActs, (rule, acts) => {
        const one = play(rule, acts, 'one hub').states.at(-1)!;
        const other = play(rule, acts, 'another hub').states.at(-1)!;
        expect(formatState(one)).toBe(formatState(other));
      }),
      { numRuns: 10 },
    );
  });

  it('no hub is admitted beyond the cap', () => {
    const anyHub = fc.record({
      provider: fc.constantFrom('A', 'B', 'C'),
      operator: fc.constantFrom('O', 'P', 'Q'),
    });
    const percent = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(fc.array(anyHub, { minLength: 1, maxLength: 6 }), percent, (hubs, hostingCapPercent) => {
        const rule: BoardRule = { mode: 'central', organisation: 'alpha' };
        let { state } = replay(
          null,
          [entry(1, { charter: charterOf(MEMBERS, { rule, hostingCapPercent }) })],
          primitives,
        );
        for (const [i, { provider, operator }] of hubs.entries()) {
          const { network, version } = state!;
          const id = `hub-${i}`;
          const said = { network, member: 'alpha', state: version };
          const proposal = note({
            kind: 'proposal',
            ...said,
            expires: 500,
            minute: null,
            change: {
              kind: 'admit-hub',
              hub: id,
              name: `${id}.example`,
              operator,
              provider,
              nodeAddress: address(id),
              ...hubKeys(id),
            },
          });
          const vote = note({ kind: 'vote', ...said, proposal: proposal.id, number: 1, choice: 'for' });
          ({ state } = replay(state, [entry(10 + i, proposal), entry(10 + i, vote)], primitives));
          expect(hostingExcesses(state!.charter, standingHubs(state!.charter))).toEqual([]);
        }
      }),
      { numRuns: 15 },
    );
  });
});

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

describe('the codecs', () => {
  it('a note says what it was made of', () => {
    fc.assert(
      fc.property(
        anyChange,
        fc.nat(1_000_000),
        fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 })),
        (change, state, minute) => {
          const content: NoteContent = {
            kind: 'proposal',
            network: '07'.repeat(32),
            member: 'alpha',
            state,
            expires: state + 1,
            minute: minute === null ? null : encodeBase64url(minute),
            change,
          };
          expect(parseNote(note(content).jws, primitives.sha256).content).toEqual(content);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('an entry says what it was made of', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
    const kind = fc.constantFrom('charter', 'note');
    const publisher = fc.uint8Array({ minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(
        kind,
        bytes,
        publisher,
        fc.maxSafeNat(),
        fc.nat(0xffffffff),
        (of, content, by, height, time) => {
          const item = encodeRightsItem({ kind: of, content });
          const parsed = parseRightsEntry(encodeRightsEntry({ publisher: by, height, time, item }));
          expect(parsed).toEqual({ publisher: by, height, time, item });
          expect(readRightsItem(parsed.item)).toEqual({ kind: of, content });
        },
      ),
    );
  });
});

/** Whether those in favour are who the rule asks for; worked out from the rule's own words. */
function isEnough(rule: BoardRule, inFavour: readonly string[], voters: readonly string[]): boolean {
  switch (rule.mode) {
    case 'central':
      return inFavour.includes(rule.organisation);
    case 'majority':
      return inFavour.length > voters.length / 2;
    case 'hybrid':
      return (
        inFavour.filter((id) => rule.organisations.includes(id)).length >= rule.atLeast &&
        rule.including.every((id) => inFavour.includes(id))
      );
  }
}
