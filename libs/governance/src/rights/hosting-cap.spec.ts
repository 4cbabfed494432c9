import fc from 'fast-check';
import { expect, it } from 'vitest';
import { address, charterOf, entry, hubKeys, note, primitives, termsWith } from '../../test/board.ts';
import { spelled } from '../../test/spellings.ts';
import { type BoardRule, type Change, type Charter, replay, type RightsState } from '../index.js';

interface Place {
  readonly provider: string;
  readonly operator: string;
}

type Act =
  | { readonly kind: 'admit'; readonly place: Place; readonly spelling: readonly number[] }
  | { readonly kind: 'remove'; readonly which: number }
  | { readonly kind: 'cap'; readonly percent: number };

const CENTRAL: BoardRule = { mode: 'central', organisation: 'alpha' };
const anyPercent = fc.integer({ min: 1, max: 100 });
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('admit'),
      place: fc.record({
        provider: fc.constantFrom('Oslo A', 'Oslo B', 'Oslo C'),
        operator: fc.constantFrom('Lili', 'Olli', 'Quo'),
      }),
      spelling: fc.array(fc.nat(1000), { minLength: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove'), which: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cap'), percent: anyPercent }) },
);

function standing({ hubs }: Charter): readonly string[] {
  return hubs.filter(({ keys }) => keys.at(-1)!.until === null).map(({ id }) => id);
}

/** Whether a provider has more than its share, by the words of the specification. */
function isBeyond(hubs: readonly Place[], provider: string, percent: number): boolean {
  const operatorsOf = (those: readonly Place[]): number =>
    new Set(those.map(({ operator }) => operator)).size;
  const there = hubs.filter((hub) => hub.provider === provider);
  const most = (count: number): number => Math.max(1, Math.floor((percent * count) / 100));
  return there.length > most(hubs.length) || operatorsOf(there) > most(operatorsOf(hubs));
}

function changeOf(act: Act, place: number, charter: Charter): Change | null {
  switch (act.kind) {
    case 'admit': {
      const hub = `hub-${place}`;
      const operator = spelled(act.place.operator, act.spelling);
      const provider = spelled(act.place.provider, act.spelling);
      const said = { hub, name: `${hub}.example`, operator, provider, nodeAddress: address(hub) };
      return { kind: 'admit-hub', ...said, ...hubKeys(hub) };
    }
    case 'remove': {
      const hubs = standing(charter);
      return hubs.length < 2 ? null : { kind: 'remove-hub', hub: hubs[act.which % hubs.length]! };
    }
    case 'cap':
      return termsWith({ board: { ...charter.board, hostingCapPercent: act.percent } });
  }
}

/** The state after the one who decides has proposed and voted for a change. */
function decided(state: RightsState, change: Change, height: number): RightsState {
  const said = { network: state.network, member: 'alpha', state: state.version };
  const proposal = note({ kind: 'proposal', ...said, expires: 500, minute: null, change });
  const vote = note({ kind: 'vote', ...said, proposal: proposal.id, number: 1, choice: 'for' });
  return replay(state, [entry(height, proposal), entry(height, vote)], primitives).state!;
}

it('a hub is admitted exactly where its provider has no more than its share then, whatever was removed or lowered before, and however names are spelled', () => {
  const seen = { admitted: 0, refused: 0, removed: 0, lowered: 0 };
  fc.assert(
    fc.property(fc.array(anyAct, { minLength: 1, maxLength: 8 }), anyPercent, (acts, hostingCapPercent) => {
      const first = charterOf(['alpha', 'exchange'], { rule: CENTRAL, hostingCapPercent });
      let state = replay(null, [entry(1, { charter: first })], primitives).state!;
      const places = new Map(first.hubs.map(({ id, provider, operator }) => [id, { provider, operator }]));
      acts.forEach((act, place) => {
        const { charter, version } = state;
        const change = changeOf(act, place, charter);
        if (change === null) return;
        state = decided(state, change, 10 + place);
        const isDone = state.version === version + 1;
        if (act.kind !== 'admit') {
          expect(isDone).toBe(true);
          if (act.kind === 'remove') seen.removed += 1;
          else if (act.percent < charter.board.hostingCapPercent) seen.lowered += 1;
          return;
        }
        const would = [...standing(charter).map((id) => places.get(id)!), act.place];
        expect(isDone).toBe(!isBeyond(would, act.place.provider, charter.board.hostingCapPercent));
        places.set(`hub-${place}`, act.place);
        if (isDone) seen.admitted += 1;
        else seen.refused += 1;
      });
    }),
    { numRuns: 40 },
  );
  // A run that comes to none of them says nothing.
  expect(Object.values(seen).every((count) => count > 3)).toBe(true);
});
