import { testBytes } from '@besure/protocol/test-material';
import { describe, expect, it } from 'vitest';
import { Board } from '../../test/board-at-work.ts';
import {
  admission,
  address,
  charterOf,
  entry,
  hubAdmission,
  note,
  point,
  primitives,
  termsWith,
} from '../../test/board.ts';
import {
  type BoardRule,
  type Change,
  decidedAt,
  isMemberAt,
  memberByKeyHash,
  organisation,
  replay,
  signingKeyAt,
  stateAt,
} from '../index.js';

const NONE = null;

describe('a proposal', () => {
  it('is accepted by more than half of the members, and takes effect from the next block', () => {
    const board = new Board();
    const id = board.propose('alpha', admission('gamma'));
    board.vote('alpha', id);
    expect(board.status(id)).toBe('open');
    expect(decidedAt(board.state)).toBe(0);
    board.vote('beta', id);
    expect(board.known(id)).toMatchObject({ status: 'accepted', closed: board.height });
    expect(decidedAt(board.state)).toBe(board.height);
    expect(board.state.version).toBe(1);
    const gamma = organisation(board.state.charter, 'gamma')!;
    expect(isMemberAt(gamma, board.height)).toBe(false);
    expect(isMemberAt(gamma, board.height + 1)).toBe(true);
  });

  it('is rejected as soon as it cannot be accepted any more', () => {
    const board = new Board();
    const id = board.propose('alpha', admission('gamma'));
    board.vote('beta', id, 'against');
    expect(board.status(id)).toBe('open');
    board.vote('exchange', id, 'against');
    expect(board.status(id)).toBe('rejected');
    expect(decidedAt(board.state)).toBe(0);
    expect(board.vote('alpha', id)).toMatchObject([{ refused: 'closed' }]);
  });

  it('expires after its last height, not at it', () => {
    const board = new Board();
    const made = board.proposal('alpha', admission('gamma'), { expires: board.height + 3 });
    board.take(made);
    const votes = board.ballot('alpha', made.id, 'for');
    board.height += 1;
    expect(board.take(votes)).toMatchObject([{ did: 'voted' }]);
    expect(stateAt(board.state, board.height + 1).proposals[0]).toMatchObject({
      status: 'expired',
      closed: board.height,
    });
    expect(board.vote('beta', made.id)).toMatchObject([{ refused: 'closed' }]);
  });

  it('is withdrawn by who made it, and by nobody else', () => {
    const board = new Board();
    const id = board.propose('alpha', admission('gamma'));
    const take = (member: string) =>
      board.take(note({ kind: 'withdrawal', network: board.state.network, member, proposal: id }));
    expect(take('beta')).toMatchObject([{ refused: 'proposer' }]);
    expect(take('alpha')).toEqual([{ did: 'withdrew', id }]);
    expect(board.status(id)).toBe('withdrawn');
  });

  it('lapses where another one about the same was accepted first; one about something else stays', () => {
    const board = new Board();
    const [suspend, remove, admit] = [
      board.propose('alpha', { kind: 'suspend-organisation', organisation: 'beta' }),
      board.propose('exchange', { kind: 'remove-organisation', organisation: 'beta' }),
      board.propose('alpha', admission('gamma')),
    ];
    for (const voter of ['alpha', 'exchange']) board.vote(voter, remove);
    expect([suspend, remove, admit].map((id) => board.status(id))).toEqual(['lapsed', 'accepted', 'open']);
    expect(board.known(suspend).remarks).toEqual([`${remove} was accepted before`]);
  });

  it('lapses where what it asks for has become impossible', () => {
    const board = new Board(charterOf(['alpha', 'beta', 'gamma', 'exchange']));
    const one = board.propose('alpha', admission('delta'));
    const other = board.propose('alpha', {
      ...admission('epsilon'),
      signingKey: point('delta signing'),
    } as Change);
    for (const voter of ['alpha', 'beta', 'gamma']) board.vote(voter, one);
    for (const voter of ['alpha', 'beta', 'gamma']) board.vote(voter, other);
    expect(board.known(other)).toMatchObject({ status: 'lapsed' });
    expect(board.known(other).remarks[0]).toContain('must be different for each of them');
    expect(board.state.version).toBe(1);
  });

  it('lapses with every other one when the terms change: it was made under others', () => {
    const board = new Board();
    const admit = board.propose('beta', admission('gamma'));
    const terms = board.decide(termsWith({ board: { ...charterOf().board, openProposals: 2 } }));
    expect(board.status(terms)).toBe('accepted');
    expect(board.status(admit)).toBe('lapsed');
  });

  it.each<[string, (board: Board) => { jws: string }, object]>([
    ['for another state', (b) => b.proposal('alpha', admission('gamma'), { state: 1 }), { refused: 'state' }],
    [
      'that ends at once',
      (b) => b.proposal('alpha', admission('gamma'), { expires: b.height + 1 }),
      { refused: 'expires' },
    ],
    [
      'that lives too long',
      (b) => b.proposal('alpha', admission('gamma'), { expires: b.height + 1002 }),
      { refused: 'expires' },
    ],
    ['by nobody', (b) => b.proposal('nobody', admission('gamma')), { refused: 'member' }],
    ['to admit a member once more', (b) => b.proposal('alpha', admission('beta')), { refused: 'change' }],
    [
      'to remove whom nobody knows',
      (b) => b.proposal('alpha', { kind: 'remove-organisation', organisation: 'gamma' }),
      { refused: 'change', field: 'change.organisation' },
    ],
    [
      'to remove the exchange',
      (b) => b.proposal('alpha', { kind: 'remove-organisation', organisation: 'exchange' }),
      { refused: 'change', rule: 'must not be the exchange' },
    ],
    [
      'to reinstate who is not suspended',
      (b) => b.proposal('alpha', { kind: 'reinstate-organisation', organisation: 'beta' }),
      { refused: 'change', rule: 'must be suspended' },
    ],
    [
      'to take a member its last seat',
      (b) =>
        b.proposal('alpha', {
          kind: 'change-seats',
          organisation: 'beta',
          add: [],
          end: [point('beta seat')],
        }),
      { refused: 'change', rule: 'must leave the member a seat' },
    ],
    [
      'to make a signing key a seat',
      (b) =>
        b.proposal('alpha', {
          kind: 'change-seats',
          organisation: 'beta',
          add: [point('alpha signing')],
          end: [],
        }),
      { refused: 'change' },
    ],
    [
      'to change nothing',
      (b) => b.proposal('alpha', termsWith({})),
      { refused: 'change', rule: 'must change something' },
    ],
    [
      'of a rule that can never decide',
      (b) =>
        b.proposal(
          'alpha',
          termsWith({
            board: {
              ...charterOf().board,
              rule: { mode: 'hybrid', organisations: ['alpha', 'beta'], atLeast: 3, including: [] },
            },
          }),
        ),
      { refused: 'change', field: 'board.rule.atLeast' },
    ],
    [
      'of a rule that needs a stranger',
      (b) =>
        b.proposal(
          'alpha',
          termsWith({ board: { ...charterOf().board, rule: { mode: 'central', organisation: 'gamma' } } }),
        ),
      { refused: 'change', field: 'board.rule.organisation' },
    ],
    [
      'of a quorum that nobody can reach',
      (b) => b.proposal('alpha', termsWith({ quorum: { hubs: 2, witnesses: 0 } })),
      { refused: 'change', field: 'quorum.hubs' },
    ],
    [
      'to remove the last hub',
      (b) => b.proposal('alpha', { kind: 'remove-hub', hub: 'hub' }),
      { refused: 'change', field: 'quorum.hubs' },
    ],
  ])('%s is refused', (_, make, expected) => {
    const board = new Board();
    expect(board.take(make(board))).toMatchObject([expected]);
    expect(board.state.proposals).toEqual([]);
  });

  it.each([0, 101])('of a hosting cap of %i %% is no proposal', (hostingCapPercent) => {
    const board = new Board();
    const change = termsWith({ board: { ...charterOf().board, hostingCapPercent } });
    expect(() => board.proposal('alpha', change)).toThrow('must be a whole number from 1 to 100');
  });

  it('is refused where the member has as many open ones as it may', () => {
    const board = new Board(charterOf(undefined, { rule: { mode: 'majority' }, openProposals: 1 }));
    board.propose('alpha', admission('gamma'));
    expect(board.take(board.proposal('alpha', admission('delta')))).toMatchObject([
      { refused: 'open-proposals' },
    ]);
    expect(board.take(board.proposal('beta', admission('delta')))).toMatchObject([{ did: 'proposed' }]);
  });

  it('counts once, also when another hub carries it again after its end', () => {
    const board = new Board();
    const made = board.proposal('alpha', admission('gamma'));
    board.take(made);
    expect(board.take(made)).toMatchObject([{ refused: 'repeated' }]);
    for (const voter of ['beta', 'exchange']) board.vote(voter, made.id, 'against');
    expect(board.take(made)).toMatchObject([{ refused: 'repeated' }]);
  });
});

describe('a vote', () => {
  it('may be changed until the decision; the last one of the member counts, whoever cast it', () => {
    const board = new Board();
    board.decide({ kind: 'change-seats', organisation: 'alpha', add: [point('alpha second seat')], end: [] });
    const id = board.propose('beta', admission('gamma'));
    board.vote('alpha', id);
    board.take(board.ballot('alpha', id, 'against', 2, 'alpha second seat'));
    board.vote('beta', id);
    expect(board.status(id)).toBe('open');
    board.vote('alpha', id, 'for', 3);
    expect(board.status(id)).toBe('accepted');
  });

  it('that a hub carries once more does not undo a later one', () => {
    const board = new Board();
    const id = board.propose('alpha', admission('gamma'));
    const first = board.ballot('alpha', id, 'for');
    board.take(first, board.ballot('alpha', id, 'against', 2));
    expect(board.take(first)).toMatchObject([{ refused: 'number' }]);
    board.vote('beta', id);
    expect(board.status(id)).toBe('open');
  });

  it.each<[string, (board: Board, id: string) => { jws: string }, object]>([
    ['by a stranger', (b, id) => b.ballot('gamma', id, 'for'), { refused: 'member' }],
    [
      'with the seat of another',
      (b, id) => b.ballot('beta', id, 'for', 1, 'alpha seat'),
      { refused: 'seat' },
    ],
    [
      'with the key for statements',
      (b, id) => b.ballot('beta', id, 'for', 1, 'beta signing'),
      { refused: 'seat' },
    ],
    [
      'on a proposal that there is not',
      (b) => voteOf(b, { proposal: 'A'.repeat(43) }),
      { refused: 'proposal' },
    ],
    ['for another state', (b, id) => voteOf(b, { proposal: id, state: 7 }), { refused: 'state' }],
    [
      'of another network',
      (b, id) => voteOf(b, { proposal: id, network: '11'.repeat(32) }),
      { refused: 'network' },
    ],
    ['whose signature is another', (b, id) => forged(b.ballot('beta', id, 'for')), { refused: 'signature' }],
  ])('%s is refused', (_, make, expected) => {
    const board = new Board();
    const id = board.propose('alpha', admission('gamma'));
    expect(board.take(make(board, id))).toMatchObject([expected]);
    expect(board.known(id).votes).toEqual([]);
  });

  it('of one who was removed counts for nothing, and what is left decides', () => {
    const board = new Board(charterOf(['alpha', 'beta', 'gamma', 'delta', 'exchange']));
    const admit = board.propose('alpha', admission('epsilon'));
    board.vote('gamma', admit);
    board.vote('alpha', admit);
    const remove = board.propose('alpha', { kind: 'remove-organisation', organisation: 'gamma' });
    for (const voter of ['alpha', 'beta', 'delta']) board.vote(voter, remove);
    expect(board.status(admit)).toBe('open');
    expect(board.vote('gamma', admit, 'for', 2)).toMatchObject([{ refused: 'member' }]);
    for (const voter of ['beta', 'delta']) board.vote(voter, admit);
    expect(board.status(admit)).toBe('accepted');
  });

  it('of one who was suspended since is gone, and an open proposal may be decided by that alone', () => {
    const board = new Board(charterOf(['alpha', 'beta', 'gamma', 'exchange']));
    const admit = board.propose('alpha', admission('delta'));
    for (const voter of ['alpha', 'beta']) board.vote(voter, admit);
    const suspend = board.propose('alpha', { kind: 'suspend-organisation', organisation: 'gamma' });
    for (const voter of ['alpha', 'beta', 'exchange']) board.vote(voter, suspend);
    expect(board.status(admit)).toBe('accepted');
    expect(board.state.version).toBe(2);
  });
});

describe('the modes', () => {
  it('central: one member decides alone, the others not at all', () => {
    const board = new Board(charterOf(undefined, { rule: { mode: 'central', organisation: 'beta' } }));
    const id = board.propose('alpha', admission('gamma'));
    expect(board.vote('alpha', id)).toMatchObject([{ refused: 'voter' }]);
    board.vote('beta', id);
    expect(board.status(id)).toBe('accepted');
  });

  it('hybrid: so many of a body, and nothing without those that must be among them', () => {
    const rule: BoardRule = {
      mode: 'hybrid',
      organisations: ['alpha', 'beta', 'gamma'],
      atLeast: 2,
      including: ['gamma'],
    };
    const board = new Board(charterOf(['alpha', 'beta', 'gamma', 'exchange'], { rule }));
    const id = board.propose('exchange', admission('delta'));
    expect(board.vote('exchange', id)).toMatchObject([{ refused: 'voter' }]);
    board.vote('alpha', id);
    board.vote('beta', id);
    expect(board.status(id)).toBe('open');
    board.vote('gamma', id);
    expect(board.status(id)).toBe('accepted');
    const other = board.propose('alpha', admission('epsilon'));
    board.vote('gamma', other, 'against');
    expect(board.status(other)).toBe('rejected');
  });

  it('a rule is left by a vote under it', () => {
    const board = new Board();
    const central = { ...charterOf().board, rule: { mode: 'central', organisation: 'alpha' } as const };
    board.decide(termsWith({ board: central }));
    const id = board.propose('beta', admission('gamma'));
    board.vote('alpha', id);
    expect(board.status(id)).toBe('accepted');
    const back = board.propose('alpha', termsWith({ board: charterOf().board }));
    board.vote('alpha', back);
    const last = board.propose('alpha', admission('delta'));
    board.vote('alpha', last);
    expect(board.status(last)).toBe('open');
  });

  it('a member on whom the rule counts cannot go before the rule has changed', () => {
    const board = new Board(charterOf(undefined, { rule: { mode: 'central', organisation: 'beta' } }));
    const remove = board.proposal('alpha', { kind: 'remove-organisation', organisation: 'beta' });
    expect(board.take(remove)).toMatchObject([{ refused: 'change', field: 'board.rule.organisation' }]);
  });
});

describe('what was decided', () => {
  it('a suspended member publishes nothing until it is reinstated', () => {
    const board = new Board();
    board.decide({ kind: 'suspend-organisation', organisation: 'beta' }, ['alpha', 'exchange']);
    const suspended = board.height;
    board.decide({ kind: 'reinstate-organisation', organisation: 'beta' }, ['alpha', 'exchange']);
    const beta = organisation(board.state.charter, 'beta')!;
    const heights = [suspended, suspended + 1, board.height, board.height + 1];
    expect(heights.map((height) => isMemberAt(beta, height))).toEqual([true, false, false, true]);
    expect(heights.map((height) => signingKeyAt(beta, height) !== undefined)).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('a rotated key works from its block on, and the old one until then', () => {
    const board = new Board();
    board.decide({ kind: 'rotate-signing-key', organisation: 'beta', signingKey: point('beta new signing') });
    const beta = organisation(board.state.charter, 'beta')!;
    expect(signingKeyAt(beta, board.height)?.key).toBe(point('beta signing'));
    expect(signingKeyAt(beta, board.height + 1)?.key).toBe(point('beta new signing'));
  });

  it('a revoked key ends, and says since when it may have been in other hands', () => {
    const board = new Board();
    const change = { organisation: 'beta', signingKey: point('beta signing'), compromisedFrom: 5 };
    board.decide({ kind: 'revoke-signing-key', ...change });
    const beta = organisation(board.state.charter, 'beta')!;
    expect(beta.signingKeys).toMatchObject([{ until: board.height + 1, compromisedFrom: 5 }]);
  });

  it('a ledger key that was rotated publishes from its block on', () => {
    const board = new Board();
    board.decide({
      kind: 'rotate-ledger-key',
      organisation: 'beta',
      ledgerAddress: address('beta new ledger'),
    });
    const beta = organisation(board.state.charter, 'beta')!;
    expect(beta.ledgerKeys).toMatchObject([{ until: board.height + 1 }, { from: board.height + 1 }]);
    const publisherOf = (key: string, height: number): string | undefined =>
      memberByKeyHash(board.state.charter, testBytes(key, 20), height)?.id;
    const [last, next] = [board.height, board.height + 1];
    expect([publisherOf('beta ledger', last), publisherOf('beta ledger', next)]).toEqual(['beta', undefined]);
    const after = [publisherOf('beta new ledger', last), publisherOf('beta new ledger', next)];
    expect(after).toEqual([undefined, 'beta']);
  });

  it('former terms stay beside the new ones', () => {
    const board = new Board();
    const limits = { ...charterOf().limits, largestLagSeconds: 7 };
    board.decide(termsWith({ limits }));
    expect(board.state.charter.limits.largestLagSeconds).toBe(7);
    expect(board.state.charter.formerTerms).toMatchObject([
      { limits: { largestLagSeconds: 86_400 }, until: board.height + 1, untilTime: board.state.time },
    ]);
  });

  it('an algorithm that ended does not come back', () => {
    const board = new Board();
    const algorithms = { ...charterOf().algorithms, 'SHA-256': 2_000_000_000 };
    board.decide(termsWith({ algorithms }));
    const back = board.proposal('alpha', termsWith({ algorithms: charterOf().algorithms }));
    expect(board.take(back)).toMatchObject([{ refused: 'change', field: 'change.algorithms.SHA-256' }]);
  });
});

describe('the hosting cap', () => {
  it('refuses a hub that would break it, and shows the arithmetic', () => {
    const board = new Board();
    expect(board.take(board.proposal('alpha', hubAdmission('hub-2', 'First provider')))).toEqual([
      {
        refused: 'change',
        field: 'change.provider',
        rule: 'would leave 2 of 2 hubs on the infrastructure of First provider, at most max(1, floor(50 % of 2)) = 1',
      },
    ]);
    board.decide(hubAdmission('hub-2', 'Second provider'));
    expect(board.state.charter.hubs.map(({ id }) => id)).toEqual(['hub', 'hub-2']);
  });

  it('attack: is not evaded by another spelling, and shows which two are one', () => {
    const board = new Board();
    expect(board.take(board.proposal('alpha', hubAdmission('hub-2', 'F1RST-Provider')))).toMatchObject([
      {
        field: 'change.provider',
        rule: expect.stringContaining(
          '2 of 2 hubs on the infrastructure of First provider (also spelled F1RST-Provider)',
        ) as string,
      },
    ]);
  });

  it('is held against what there is when a proposal is accepted', () => {
    const board = new Board();
    board.decide(hubAdmission('hub-2', 'Second provider'));
    board.decide(hubAdmission('hub-3', 'Third provider'));
    const [fourth, fifth] = ['hub-4', 'hub-5'].map((id) =>
      board.propose('alpha', hubAdmission(id, 'Second provider')),
    );
    for (const id of [fourth!, fifth!]) for (const voter of ['alpha', 'beta']) board.vote(voter, id);
    expect(board.status(fourth!)).toBe('accepted');
    expect(board.known(fifth!)).toMatchObject({ status: 'lapsed' });
    expect(board.known(fifth!).remarks[0]).toContain('3 of 5 hubs on the infrastructure of Second provider');
  });

  it('is no obstacle to a removal, which warns', () => {
    const board = new Board();
    board.decide(hubAdmission('hub-2', 'Second provider'));
    board.decide(hubAdmission('hub-3', 'Third provider'));
    board.decide(hubAdmission('hub-4', 'Third provider'));
    const id = board.decide({ kind: 'remove-hub', hub: 'hub' });
    expect(board.known(id)).toMatchObject({ status: 'accepted' });
    expect(board.known(id).remarks[0]).toContain('2 of 3 hubs on the infrastructure of Third provider');
  });
});

describe('the log of rights', () => {
  it('begins with the first charter: nothing before it, and no second one', () => {
    const board = new Board();
    const made = board.proposal('alpha', admission('gamma'));
    const other = charterOf(['alpha', 'exchange']);
    const { state, outcomes } = replay(
      NONE,
      [
        entry(1, made),
        entry(2, { charter: charterOf() }),
        entry(3, { charter: other }),
        entry(4, { jws: 'x.y.z' }),
      ],
      primitives,
    );
    expect(outcomes).toMatchObject([
      { refused: 'not-founded' },
      { did: 'founded', id: state!.network },
      { refused: 'founded' },
      { refused: 'malformed' },
    ]);
    expect(state!.network).toBe(board.state.network);
  });
});

function voteOf(
  board: Board,
  other: { proposal: string; state?: number; network?: string },
): { jws: string } {
  return note({
    kind: 'vote',
    network: board.state.network,
    member: 'beta',
    state: board.state.version,
    number: 1,
    choice: 'for',
    ...other,
  });
}

/** The same note with the signature of another message. */
function forged({ jws }: { readonly jws: string }): { jws: string } {
  const [header, payload] = jws.split('.');
  const other = note({
    kind: 'withdrawal',
    network: '11'.repeat(32),
    member: 'beta',
    proposal: 'A'.repeat(43),
  });
  return { jws: `${header!}.${payload!}.${other.jws.split('.')[2]!}` };
}
