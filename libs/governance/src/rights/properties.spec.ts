import {
  encodeBase64url,
  encodeRightsEntry,
  encodeRightsItem,
  parseRightsEntry,
  readRightsItem,
} from '@besure/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admission, charterOf, entry, note, primitives, termsWith } from '../../test/board.ts';
import {
  type BoardRule,
  type Change,
  type Charter,
  type EntryOutcome,
  formatState,
  type NoteContent,
  parseNote,
  type Proposal,
  replay,
  type RightsState,
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

/** What somebody does; `which` picks one of the proposals made so far, the newest first. Blocks pass before it: none, and it is in the same one. */
type Act = { readonly blocks: number } & (
  | { readonly kind: 'propose'; readonly member: string; readonly change: Change; readonly isStale: boolean }
  | {
      readonly kind: 'vote';
      readonly member: string;
      readonly which: number;
      readonly choice: 'for' | 'against';
      /** Above the number of the member's last vote. */
      readonly above: number;
      readonly seat: string;
    }
  | { readonly kind: 'withdrawal'; readonly member: string; readonly which: number }
);

const CANDIDATES = ['delta', 'epsilon'] as const;
const anyone = fc.constantFrom(...MEMBERS, ...MEMBERS, ...CANDIDATES, STRANGER);
const anyMember = fc.constantFrom(...MEMBERS, ...CANDIDATES);
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...CANDIDATES, ...MEMBERS).map(admission) },
  {
    weight: 4,
    arbitrary: fc
      .record({
        kind: fc.constantFrom('suspend-organisation', 'remove-organisation', 'reinstate-organisation'),
        organisation: anyMember,
      })
      .map((change): Change => change as Change),
  },
  {
    weight: 1,
    arbitrary: anyRule.map((rule): Change => termsWith({ board: { ...charterOf().board, rule } })),
  },
);
const blocks = fc.constantFrom(0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 30);
/** One of so many is as it should not be. */
const rarely = <T>(rare: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 11, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: rare });
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('propose'),
      member: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...MEMBERS) },
        { weight: 1, arbitrary: anyone },
      ),
      change: anyChange,
      isStale: rarely(fc.constant(true)).map((stale) => stale ?? false),
      blocks,
    }),
  },
  {
    weight: 11,
    arbitrary: fc
      .record({
        kind: fc.constant('vote'),
        member: anyone,
        which: fc.constantFrom(0, 0, 0, 1, 2, 5),
        choice: fc.constantFrom('for', 'for', 'for', 'against'),
        above: rarely(fc.integer({ min: -1, max: 120 })).map((other) => other ?? 1),
        borrowed: rarely(anyone),
        blocks,
      })
      .map(({ borrowed, ...vote }) => ({ ...vote, seat: `${borrowed ?? vote.member} seat` })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('withdrawal'),
      member: fc.constantFrom(...MEMBERS),
      which: fc.nat(3),
      blocks,
    }),
  },
);

/** An entry, and what it did. */
interface Step {
  readonly act: Act;
  readonly height: number;
  readonly before: RightsState;
  readonly after: RightsState;
  readonly outcome: EntryOutcome;
}

/** The log of a board whose members do all that, and what each entry did. */
function play(
  rule: BoardRule,
  acts: readonly Act[],
  hub?: string,
): { entries: Uint8Array[]; steps: Step[]; last: RightsState } {
  const entries = [entry(1, { charter: charterOf(MEMBERS, { rule }) }, hub)];
  let last = replay(null, entries, primitives).state!;
  let height = 2;
  const steps: Step[] = [];
  for (const act of acts) {
    height += act.blocks;
    const content = contentOf(last, act, height);
    if (content === null) continue;
    const made = note(content, act.kind === 'vote' ? act.seat : `${act.member} seat`);
    const next = entry(height, made, hub);
    entries.push(next);
    const { state, outcomes } = replay(last, [next], primitives);
    steps.push({ act, height, before: last, after: state!, outcome: outcomes[0]! });
    last = state!;
  }
  return { entries, steps, last };
}

function contentOf(
  { network, version, proposals }: RightsState,
  act: Act,
  height: number,
): NoteContent | null {
  const { member } = act;
  if (act.kind === 'propose') {
    const state = act.isStale ? version + 1 : version;
    return {
      kind: 'proposal',
      network,
      member,
      state,
      expires: height + 25,
      minute: null,
      change: act.change,
    };
  }
  const proposal = proposals.at(-1 - (act.which % Math.max(1, proposals.length)));
  if (proposal === undefined) return null;
  const { id, note: proposed, votes } = proposal;
  if (act.kind === 'withdrawal') return { kind: 'withdrawal', network, member, proposal: id };
  const number = (votes.find((one) => one.member === member)?.number ?? 0) + act.above;
  // There is no note with such a number.
  if (number < 1) return null;
  const { choice } = act;
  return { kind: 'vote', network, member, state: proposed.state, proposal: id, number, choice };
}

/** Who may vote by a charter, worked out from its words: a member without an end, not suspended, with a seat. */
function votersIn({ organisations }: Charter): string[] {
  return organisations
    .filter(
      ({ until, suspensions, seats }) =>
        until === null &&
        suspensions.every((one) => one.until !== null) &&
        seats.some((one) => one.until === null),
    )
    .map(({ id }) => id);
}

function acceptedIn({ proposals }: RightsState): readonly Proposal[] {
  return proposals.filter(({ status }) => status === 'accepted');
}

/** All are for the newest proposal: what would be rare if each vote stood for itself. */
const rally: readonly Act[] = MEMBERS.map((member) => ({
  ...{ kind: 'vote', member, which: 0, choice: 'for', above: 1, seat: `${member} seat`, blocks: 1 },
}));
const someActs = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: anyAct.map((act) => [act]) },
      { weight: 1, arbitrary: fc.constant(rally) },
    ),
    { minLength: 10, maxLength: 25, size: 'max' },
  )
  .map((groups) => groups.flat());
const RUNS = { numRuns: 30 };
const MANY = { numRuns: 80 };
/** Of what costs as much again for each run. */
const FEW = { numRuns: 10 };

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
      FEW,
    );
  });

  it('each entry leaves the log as the rules say', () => {
    const reached = { accepted: 0, gone: 0, rules: 0, unheard: 0, expired: 0 };
    fc.assert(
      fc.property(anyRule, someActs, (rule, acts) => {
        const { steps, last } = play(rule, acts);
        for (const [i, step] of steps.entries()) {
          assertClosedStays(step);
          assertVersionCounts(step);
          if (!isHeard(step)) {
            assertNotHeard(step);
            reached.unheard += 1;
          }
          for (const { id: open } of step.after.proposals.filter(({ status }) => status === 'open'))
            expect(hasEnough(steps.slice(0, i + 1), open, [step.after.charter])).toBe(false);
          const accepted = newlyAccepted(step);
          // Of two that one vote decides, the second is by a charter that is in no state.
          if (accepted.length !== 1) continue;
          const { id, note: said } = accepted[0]!;
          expect(hasEnough(steps.slice(0, i + 1), id)).toBe(true);
          reached.accepted += 1;
          if (said.change.kind === 'remove-organisation' || said.change.kind === 'suspend-organisation')
            reached.gone += 1;
          if (said.change.kind === 'change-terms') reached.rules += 1;
        }
        reached.expired += last.proposals.filter(({ status }) => status === 'expired').length;
      }),
      MANY,
    );
    // What never happened was not tested.
    expect(Math.min(...Object.values(reached))).toBeGreaterThan(0);
  });

  it('which hub carries it makes no difference', () => {
    fc.assert(
      fc.property(anyRule, someActs, (rule, acts) => {
        const [one, other] = ['one hub', 'another hub'].map((hub) => play(rule, acts, hub).last);
        expect(formatState(one!)).toBe(formatState(other!));
      }),
      FEW,
    );
  });

  it('in whatever order votes reach the ledger, the same is decided', () => {
    let accepted = 0;
    const ballots = fc.array(fc.constantFrom('for', 'for', 'against', null), { minLength: 4, maxLength: 4 });
    const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
    fc.assert(
      fc.property(anyRule, ballots, order, (rule, choices, places) => {
        const vote = (place: number): Act[] => {
          const [member, choice] = [MEMBERS[place]!, choices[place]!];
          if (choice === null) return [];
          return [{ kind: 'vote', member, which: 0, choice, above: 1, seat: `${member} seat`, blocks: 1 }];
        };
        const proposed: Act = {
          ...{ kind: 'propose', member: 'alpha', isStale: false, blocks: 1 },
          change: admission('delta'),
        };
        const statuses = [places, places.toSorted((a, b) => a - b)].map(
          (places_) => play(rule, [proposed, ...places_.flatMap(vote)]).last.proposals[0]!.status,
        );
        expect(statuses[0]).toBe(statuses[1]);
        if (statuses[0] === 'accepted') accepted += 1;
      }),
      RUNS,
    );
    expect(accepted).toBeGreaterThan(0);
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

function newlyAccepted({ before, after }: Step): readonly Proposal[] {
  return acceptedIn(after).filter(({ id }) => acceptedIn(before).every((one) => one.id !== id));
}

/** Whether those are for a proposal whom the rule of then asks for, of those who may vote from then until now. The votes are those of the acts that were taken. */
function hasEnough(steps: readonly Step[], id: string, now: readonly Charter[] = []): boolean {
  const under = steps.slice(steps.findIndex(({ outcome }) => 'did' in outcome && outcome.id === id));
  const voters = [...under.map(({ before: { charter } }) => charter), ...now]
    .map(votersIn)
    .reduce((left, others) => left.filter((one) => others.includes(one)));
  const cast = new Map<string, string>();
  for (const { act, outcome } of under)
    if (act.kind === 'vote' && 'did' in outcome && outcome.id === id) cast.set(act.member, act.choice);
  const inFavour = voters.filter((voter) => cast.get(voter) === 'for');
  return isEnough(under[0]!.before.charter.board.rule, inFavour, voters);
}

/** Whether what somebody says may count: a vote with a seat of a member that may vote, and with a number above its last one. */
function isHeard({ act, before }: Step): boolean {
  if (act.kind !== 'vote') return true;
  const isVoter = votersIn(before.charter).includes(act.member);
  return isVoter && act.seat === `${act.member} seat` && act.above >= 1 && act.above <= 100;
}

function assertNotHeard({ before, after, outcome }: Step): void {
  expect(outcome).toHaveProperty('refused');
  expect(acceptedIn(after)).toEqual(acceptedIn(before));
}

/** What is closed stays closed; what is open has time left. */
function assertClosedStays({ before, after, height }: Step): void {
  for (const [at, { status, closed, note: said }] of after.proposals.entries()) {
    const earlier = before.proposals[at];
    if (earlier !== undefined && earlier.status !== 'open')
      expect([status, closed]).toEqual([earlier.status, earlier.closed]);
    if (status === 'open') expect(said.expires).toBeGreaterThanOrEqual(height);
  }
}

function assertVersionCounts({ before, after }: Step): void {
  expect(acceptedIn(after)).toHaveLength(after.version);
  if (before.version === after.version) expect(after.charter).toBe(before.charter);
}

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
