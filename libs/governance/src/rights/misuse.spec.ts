import { encodeBase64url, encodeRightsEntry, encodeRightsItem, utf8Encode } from '@besure/protocol';
import { testBytes } from '@besure/protocol/test-material';
import { describe, expect, it } from 'vitest';
import { Board } from '../../test/board-at-work.ts';
import {
  address,
  admission,
  charterOf,
  entry,
  hubAdmission,
  hubKeys,
  point,
  primitives,
  termsWith,
} from '../../test/board.ts';
import { type Charter, formatState, replay } from '../index.js';

// What somebody could try who has a seat, a hub, or the first charter in hand.

function founding(charter: object, height = 10): object {
  const item = encodeRightsItem({ kind: 'charter', content: utf8Encode(JSON.stringify(charter)) });
  const first = encodeRightsEntry({ publisher: new Uint8Array(20), height, time: 1_795_341_000, item });
  return replay(null, [first], primitives).outcomes[0]!;
}

describe('a first charter', () => {
  const charter = charterOf();
  const [alpha, ...others] = charter.organisations;
  const [only] = charter.hubs;

  it.each<[string, Partial<Charter>, string]>([
    [
      'whose quorum nobody can reach for good',
      { hubs: [{ ...only!, keys: [{ ...only!.keys[0]!, until: 2_000_000_000 }] }] },
      'quorum.hubs',
    ],
    [
      'with two of two hubs at one provider',
      {
        hubs: [only!, { ...only!, id: 'hub-2', name: 'hub-2.example', operator: 'Second operator' }].map(
          (one, i) => ({
            ...one,
            nodeAddress: address(`${i}`),
            keys: [{ ...one.keys[0]!, ...hubKeys(`${i}`) }],
          }),
        ),
      },
      'hubs',
    ],
    [
      'with a member that begins later',
      { organisations: [{ ...alpha!, from: 11 }, ...others] },
      'organisations.0.from',
    ],
    [
      'with a key that ends later',
      {
        organisations: [{ ...alpha!, ledgerKeys: [{ ...alpha!.ledgerKeys[0]!, until: 11 }] }, ...others],
      },
      'organisations.0.ledgerKeys.0.until',
    ],
    [
      'with terms that end later: they could never be changed before',
      {
        formerTerms: [
          {
            limits: charter.limits,
            quorum: charter.quorum,
            leastAssurance: 'one-hub',
            until: 11,
            untilTime: 0,
          },
        ],
      },
      'formerTerms.0.until',
    ],
    [
      'with terms that end after the time of its block',
      {
        formerTerms: [
          {
            limits: charter.limits,
            quorum: charter.quorum,
            leastAssurance: 'one-hub',
            until: 10,
            untilTime: 1_795_341_101,
          },
        ],
      },
      'formerTerms.0.untilTime',
    ],
  ])('%s is none', (_, other, field) => {
    expect(founding({ ...charter, ...other })).toMatchObject({ refused: 'charter', field });
  });

  it('of another network founds nothing where the name is known', () => {
    const entries = [entry(9, { charter: charterOf(['alpha', 'exchange']) }), entry(10, { charter })];
    const { network } = new Board(charter).state;
    const { state, outcomes } = replay(null, entries, primitives, network);
    expect(outcomes).toMatchObject([{ refused: 'network' }, { did: 'founded', id: network }]);
    expect(state?.height).toBe(10);
  });

  it('may say what was', () => {
    const past = { ...alpha!, suspensions: [{ from: 2, until: 10 }] };
    expect(founding({ ...charter, organisations: [past, ...others] })).toMatchObject({ did: 'founded' });
  });
});

describe('a seat in other hands', () => {
  it('cannot cast a last vote: the number runs at most 100 ahead', () => {
    const board = new Board();
    const id = board.propose('beta', admission('gamma'));
    expect(board.vote('alpha', id, 'for', 101)).toMatchObject([{ refused: 'number', field: 'number' }]);
    expect(board.vote('alpha', id, 'for', 100)).toMatchObject([{ did: 'voted' }]);
    expect(board.vote('alpha', id, 'against', 201)).toMatchObject([{ refused: 'number' }]);
    expect(board.vote('alpha', id, 'against', 200)).toMatchObject([{ did: 'voted' }]);
  });

  it('cannot hold the proposals of its member: another seat withdraws them', () => {
    const board = new Board(charterOf(undefined, { rule: { mode: 'majority' }, openProposals: 1 }));
    board.decide({ kind: 'change-seats', organisation: 'alpha', add: [point('alpha second seat')], end: [] });
    const id = board.propose('alpha', admission('gamma'));
    board.take(board.withdrawal('alpha', id));
    expect(board.take(board.proposal('alpha', admission('delta')))).toMatchObject([{ did: 'proposed' }]);
  });
});

describe('a log', () => {
  it('whose entries go down is none', () => {
    const board = new Board();
    const made = board.proposal('alpha', admission('gamma'));
    expect(() => replay(board.state, [entry(9, made)], primitives)).toThrow('below');
    expect(replay(board.state, [entry(10, made)], primitives).outcomes).toMatchObject([{ did: 'proposed' }]);
  });

  it('whose charter has grown to the end of a list takes no more: nobody could read it', () => {
    const board = new Board();
    const seats = Array.from({ length: 999 }, (_, i) => ({
      key: encodeBase64url(Uint8Array.of(4, ...testBytes(`seat ${i}`, 64))),
      from: 0,
      until: 5,
    }));
    const [alpha, ...others] = board.state.charter.organisations;
    const full = [{ ...alpha!, seats: [...alpha!.seats, ...seats] }, ...others];
    board.state = { ...board.state, charter: { ...board.state.charter, organisations: full } };
    const more = board.proposal('alpha', {
      kind: 'change-seats',
      organisation: 'alpha',
      add: [point('one too many')],
      end: [],
    });
    expect(board.take(more)).toMatchObject([{ refused: 'change', field: 'organisations.0.seats' }]);
    expect(() => formatState(board.state)).not.toThrow();
  });

  it('with ten thousand proposals that one removal decides goes on', () => {
    const charter = charterOf(['alpha', 'beta', 'gamma', 'exchange'], {
      rule: { mode: 'majority' },
      openProposals: 1000,
    });
    const board = new Board(charter);
    const id = board.propose('alpha', admission('delta'));
    for (const voter of ['alpha', 'beta']) board.vote(voter, id);
    const open = board.known(id);
    // As if each had been carried there.
    const proposals = Array.from({ length: 10_000 }, (_, i) => ({
      ...open,
      id: `${i}`,
      note: { ...open.note, member: `member-${i}`, change: termsWith({ leastAssurance: 'recorded' }) },
      votes: open.votes.map((vote) => ({ ...vote, choice: 'against' as const })),
    }));
    board.state = { ...board.state, proposals: [...proposals, open] };
    const remove = board.propose('alpha', { kind: 'remove-organisation', organisation: 'gamma' });
    for (const voter of ['alpha', 'beta', 'exchange']) board.vote(voter, remove);
    expect(board.status(id)).toBe('accepted');
    expect(board.status('9999')).toBe('rejected');
  });

  it('that says in its state what happened, in no words of ours', () => {
    const board = new Board();
    board.propose('alpha', admission('gamma'));
    expect(formatState(board.state)).not.toContain('remarks');
  });
});

describe('a change', () => {
  it('of no seat is none', () => {
    const board = new Board();
    const none = board.proposal('alpha', { kind: 'change-seats', organisation: 'beta', add: [], end: [] });
    expect(board.take(none)).toMatchObject([{ refused: 'change', field: 'change' }]);
  });

  it('that admits a hub elsewhere is possible while a provider has too many', () => {
    const board = new Board();
    for (const [id, provider] of [
      ['hub-2', 'B'],
      ['hub-3', 'C'],
      ['hub-4', 'C'],
    ] as const)
      board.decide(hubAdmission(id, provider));
    board.decide({ kind: 'remove-hub', hub: 'hub' });
    board.decide({ kind: 'remove-hub', hub: 'hub-2' });
    expect(board.take(board.proposal('alpha', hubAdmission('hub-5', 'C')))).toMatchObject([
      { refused: 'change' },
    ]);
    const id = board.decide(hubAdmission('hub-6', 'D'));
    expect(board.status(id)).toBe('accepted');
  });
});
