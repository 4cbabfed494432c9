import type { BoardRule, Change } from '@besure/governance';
import { encodeBase64 } from '@besure/protocol';
import { testBytes } from '../../libs/protocol/test/material.ts';
import { Board } from '../../libs/governance/test/board-at-work.ts';
import {
  address,
  admission,
  charterOf,
  entry,
  hubKeys,
  point,
  raw,
  termsWith,
} from '../../libs/governance/test/board.ts';
import { hub, played, validLog } from './rights-log.ts';
import { rightsEntriesThatAreNone, malformedNotes } from './rights-malformed.ts';
import { refusedChanges } from './rights-refused-changes.ts';
import { refusals } from './rights-refusals.ts';
import type { Vector } from './vector.ts';

const FOUR = ['alpha', 'beta', 'gamma', 'exchange'];
const witness: Change = {
  kind: 'admit-witness',
  witness: 'archive',
  name: 'archive.example',
  group: 'Member alpha',
  mlDsa44: raw('archive', 1312),
};
const authority: Change = {
  kind: 'admit-authority',
  name: 'Test time stamps',
  certificate: encodeBase64(testBytes('certificate of an authority', 300)),
};
const { board: BOARD, limits: LIMITS, algorithms: ALGORITHMS } = charterOf();

/** Changes, and those that each needs before it. */
const CHANGES: readonly (readonly [comment: string, changes: readonly Change[], name?: string])[] = [
  ['A member more.', [admission('gamma')]],
  ['A member whose membership rests.', [{ kind: 'suspend-organisation', organisation: 'beta' }]],
  [
    'A member that is back.',
    [
      { kind: 'suspend-organisation', organisation: 'beta' },
      { kind: 'reinstate-organisation', organisation: 'beta' },
    ],
  ],
  ['A member that is gone.', [{ kind: 'remove-organisation', organisation: 'beta' }]],
  [
    'Another key for statements.',
    [{ kind: 'rotate-signing-key', organisation: 'beta', signingKey: point('beta second signing') }],
  ],
  [
    'A key for statements that others may have had; later it is found that they had it earlier.',
    [
      {
        kind: 'revoke-signing-key',
        organisation: 'beta',
        signingKey: point('beta signing'),
        compromisedFrom: 10,
      },
      {
        kind: 'revoke-signing-key',
        organisation: 'beta',
        signingKey: point('beta signing'),
        compromisedFrom: 3,
      },
    ],
  ],
  [
    'Another key for items.',
    [{ kind: 'rotate-ledger-key', organisation: 'beta', ledgerAddress: address('beta second ledger') }],
  ],
  [
    'A key for items that ends; the next one leaves a gap.',
    [
      { kind: 'revoke-ledger-key', organisation: 'beta', ledgerAddress: address('beta ledger') },
      { kind: 'rotate-ledger-key', organisation: 'beta', ledgerAddress: address('beta second ledger') },
    ],
    'revoke-ledger-key',
  ],
  [
    'A seat for another.',
    [
      {
        kind: 'change-seats',
        organisation: 'beta',
        add: [point('beta second seat'), point('beta third seat')],
        end: [point('beta seat')],
      },
    ],
  ],
  ['A hub more.', [hub('hub-2', 'Second provider')]],
  ['Other keys of a hub.', [{ kind: 'rotate-hub-keys', hub: 'hub', ...hubKeys('hub again') }]],
  ['A hub less.', [hub('hub-2', 'Second provider'), { kind: 'remove-hub', hub: 'hub' }]],
  ['A witness more.', [witness]],
  [
    'Another key of a witness.',
    [witness, { kind: 'rotate-witness-key', witness: 'archive', mlDsa44: raw('archive again', 1312) }],
  ],
  ['A witness less.', [witness, { kind: 'remove-witness', witness: 'archive' }]],
  ['An authority more.', [authority]],
  ['An authority less.', [authority, { kind: 'remove-authority', name: 'Test time stamps' }]],
  [
    'Other terms: limits, quorum and assurance leave what was before; board and ends of algorithms do not.',
    [
      witness,
      termsWith({
        limits: { ...LIMITS, largestLagSeconds: 3600 },
        quorum: { hubs: 1, witnesses: 1 },
        leastAssurance: 'recorded',
      }),
      termsWith({
        board: { ...BOARD, hostingCapPercent: 33 },
        algorithms: { ...ALGORITHMS, ES256: 2_000_000_000 },
      }),
    ],
  ],
];

function ofChanges(): Vector[] {
  return CHANGES.map(([comment, changes, name]) =>
    played(name ?? changes.at(-1)!.kind, comment, (board) => {
      for (const change of changes) board.decide(change, ['alpha', 'exchange']);
    }),
  );
}

function ofModes(): Vector[] {
  const body: BoardRule = {
    mode: 'hybrid',
    organisations: ['gamma', 'beta', 'alpha'],
    atLeast: 2,
    including: ['beta'],
  };
  return [
    played(
      'majority',
      'Of four members three are more than half.',
      (board) => {
        const id = board.propose('alpha', admission('delta'));
        for (const voter of ['exchange', 'beta', 'alpha']) board.vote(voter, id);
      },
      new Board(charterOf(FOUR)),
    ),
    played(
      'central',
      'One member decides; another proposes.',
      (board) => {
        board.vote('exchange', board.propose('alpha', admission('delta')));
      },
      new Board(charterOf(FOUR, { rule: { mode: 'central', organisation: 'exchange' } })),
    ),
    played(
      'hybrid',
      'Two of a body of three, a certain one among them: with the two others it stays open.',
      (board) => {
        const id = board.propose('exchange', admission('delta'));
        board.vote('alpha', id);
        board.vote('gamma', id);
        board.vote('beta', id);
      },
      new Board(charterOf(FOUR, { rule: body })),
    ),
    played(
      'hybrid-rejected',
      'The one that must be among them votes against: nothing can be accepted any more.',
      (board) => {
        board.vote('beta', board.propose('exchange', admission('delta')), 'against');
      },
      new Board(charterOf(FOUR, { rule: body })),
    ),
    played('mode-changed', 'The majority gives the decision to one, who gives it back.', (board) => {
      board.decide(termsWith({ board: { ...BOARD, rule: { mode: 'central', organisation: 'beta' } } }));
      board.decide(termsWith({ board: BOARD }), ['beta']);
      board.vote('beta', board.propose('alpha', admission('delta')));
    }),
  ];
}

function ofEnds(): Vector[] {
  return [
    played(
      'open',
      'A proposal on which half of the members have voted for it, and nobody against.',
      (board) => {
        board.vote('beta', board.propose('alpha', admission('gamma')));
      },
    ),
    played(
      'rejected-tie',
      'Two of four against: more than half are no longer possible.',
      (board) => {
        const id = board.propose('alpha', admission('delta'));
        for (const voter of ['alpha', 'beta']) board.vote(voter, id, 'against');
      },
      new Board(charterOf(FOUR)),
    ),
    played('expired', 'A vote at the last height counts; above it the proposal has expired.', (board) => {
      const id = board.propose('alpha', admission('gamma'), { expires: 12 });
      board.vote('beta', id);
      board.vote('exchange', id);
      board.propose('exchange', admission('gamma'));
    }),
    played(
      'withdrawn',
      'A proposal that is taken back, and made again with another end, where a member may have one open.',
      (board) => {
        const id = board.propose('alpha', admission('gamma'));
        board.take(board.withdrawal('alpha', id));
        board.propose('alpha', admission('gamma'));
      },
      new Board(charterOf(undefined, { rule: { mode: 'majority' }, openProposals: 1 })),
    ),
    played(
      'lapsed-overtaken',
      'Of two about the same member the first that is accepted ends the other.',
      (board) => {
        const suspend = board.propose('alpha', { kind: 'suspend-organisation', organisation: 'beta' });
        const remove = board.propose('exchange', { kind: 'remove-organisation', organisation: 'beta' });
        const other = board.propose('alpha', admission('gamma'));
        board.vote('alpha', suspend);
        for (const voter of ['alpha', 'exchange']) board.vote(voter, remove);
        board.vote('alpha', other);
      },
    ),
    played(
      'lapsed-impossible',
      'What was possible when it was proposed is not when it has its votes: a key is taken.',
      (board) => {
        const first = board.propose('alpha', admission('gamma'));
        const second = board.propose('alpha', {
          ...admission('delta'),
          signingKey: point('gamma signing'),
        } as Change);
        for (const voter of ['alpha', 'beta']) board.vote(voter, first);
        for (const voter of ['alpha', 'beta']) board.vote(voter, second);
      },
    ),
    played('lapsed-terms', 'Other terms end every proposal that was made before.', (board) => {
      board.propose('beta', admission('gamma'));
      board.decide(termsWith({ leastAssurance: 'recorded', quorum: { hubs: 1, witnesses: 0 } }));
    }),
    played(
      'decided-by-removals',
      'Who is suspended or removed counts no more: of three open proposals one is accepted by that, one rejected, and one stays open.',
      (board) => {
        const [accepted, rejected, open] = ['epsilon', 'zeta', 'eta'].map((id) =>
          board.propose('alpha', admission(id)),
        );
        for (const voter of ['alpha', 'beta']) board.vote(voter, accepted!);
        for (const voter of ['alpha', 'exchange']) board.vote(voter, rejected!, 'against');
        board.vote('gamma', open!);
        board.decide({ kind: 'suspend-organisation', organisation: 'gamma' }, ['alpha', 'beta', 'exchange']);
      },
      new Board(charterOf(FOUR)),
    ),
    played(
      'struck-for-good',
      'Who was suspended and is back has a vote on what is proposed from then on, not on what was open.',
      (board) => {
        const open = board.propose('alpha', admission('epsilon'));
        for (const kind of ['suspend-organisation', 'reinstate-organisation'] as const)
          board.decide({ kind, organisation: 'gamma' }, ['alpha', 'beta', 'exchange']);
        board.vote('gamma', open);
        board.vote('gamma', board.propose('alpha', admission('zeta')));
      },
      new Board(charterOf(FOUR)),
    ),
  ];
}

function ofVotes(): Vector[] {
  return [
    played(
      'vote-changed',
      'A member votes, and votes again the other way, with another seat; the first vote comes once more.',
      (board) => {
        board.decide({
          kind: 'change-seats',
          organisation: 'alpha',
          add: [point('alpha second seat')],
          end: [],
        });
        const id = board.propose('beta', admission('gamma'));
        const first = board.ballot('alpha', id, 'for');
        board.take(first, board.ballot('alpha', id, 'against', 100, 'alpha second seat'), first);
        board.take(board.ballot('alpha', id, 'for', 200));
      },
    ),
    played(
      'one-block',
      'All in one block: from proposal to decision, and a vote that comes after it.',
      (board) => {
        const made = board.proposal('alpha', admission('gamma'));
        const vote = (member: string) =>
          board.said({ kind: 'vote', member, state: 0, proposal: made.id, number: 1, choice: 'for' });
        board.take(
          made,
          vote('exchange'),
          vote('beta'),
          vote('alpha'),
          board.proposal('beta', admission('delta'), { state: 1 }),
        );
      },
    ),
    played(
      'last-block',
      'In the block in which its removal is accepted, a member may still propose; it has no vote.',
      (board) => {
        const remove = board.propose('alpha', { kind: 'remove-organisation', organisation: 'beta' });
        board.vote('alpha', remove);
        board.take(
          board.ballot('exchange', remove, 'for'),
          board.proposal('beta', admission('delta'), { state: 0 }),
          board.proposal('beta', admission('gamma'), { state: 1 }),
        );
      },
    ),
    played(
      'refused-between',
      'What is refused changes nothing, and is no obstacle to what follows.',
      (board) => {
        const made = board.proposal('alpha', admission('gamma'), { state: 1 });
        board.take(made, { jws: 'x.y.z' }, board.proposal('nobody', admission('gamma')));
        board.propose('alpha', admission('gamma'));
      },
    ),
    played(
      'hosting',
      'A hub is admitted where the provider of others has too many, as two removals have left it; one there is not.',
      (board) => {
        board.decide(hub('hub-2', 'Second provider'));
        board.decide(hub('hub-3', 'Third provider', 'Second operator'));
        board.decide(hub('hub-4', 'Third provider', 'Third operator'));
        board.decide({ kind: 'remove-hub', hub: 'hub' });
        board.decide({ kind: 'remove-hub', hub: 'hub-2' });
        board.take(board.proposal('alpha', hub('hub-5', 'Third provider')));
        board.decide(hub('hub-6', 'Fourth provider'));
      },
    ),
    played(
      'hosting-spelled-twice',
      'A provider in two spellings is one: with two of four hubs it has its share, a third one in yet another spelling is refused; one more of another is not.',
      (board) => {
        board.decide(hub('hub-2', 'Second provider'));
        board.decide(hub('hub-3', 'Third provider'));
        board.decide(hub('hub-4', 'FIRST-PROVIDER'));
        board.take(board.proposal('alpha', hub('hub-5', 'F1rst  provider')));
        board.decide(hub('hub-6', 'Second.provider'));
      },
    ),
  ];
}

/** Somebody who may write founds first: that is no obstacle. */
function otherCharterFirst(): Vector {
  const { entries, state } = new Board();
  const other = entry(9, { charter: charterOf(['alpha', 'exchange']) });
  return validLog(
    'other-charter-first',
    'The charter of another network stands before that of this one.',
    [other, ...entries],
    state.network,
  );
}

/** Logs of rights, and what comes of them. */
export function rightsLogs(): Vector[] {
  return [
    otherCharterFirst(),
    ...ofModes(),
    ...ofChanges(),
    ...ofEnds(),
    ...ofVotes(),
    ...refusals(),
    ...refusedChanges(),
    ...malformedNotes(),
    ...rightsEntriesThatAreNone(),
  ];
}
