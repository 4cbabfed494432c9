import { type BoardRule, type Change, networkOf, prepareNote } from '@besure/governance';
import { Board } from '../../libs/governance/test/board-at-work.ts';
import { admission, charterOf, entry, hubKeys, note, point } from '../../libs/governance/test/board.ts';
import {
  attachSignature,
  encodeBase64url,
  encodeRightsEntry,
  encodeRightsItem,
  utf8Encode,
} from '@besure/protocol';
import { sha256 } from '@noble/hashes/sha2.js';
import { testBytes, testKey } from '../../libs/protocol/test/material.ts';
import { invalidLog, refused } from './rights-log.ts';
import type { ExpectedError, Vector } from './vector.ts';

type Play = (board: Board) => void;

function charterEntry(text: string): Uint8Array {
  return encodeRightsEntry({
    publisher: testBytes('hub', 20),
    height: 10,
    time: 1_795_341_100,
    item: encodeRightsItem({ kind: 'charter', content: utf8Encode(text) }),
  });
}

const charter = charterOf();
const [ALPHA, ...OTHERS] = charter.organisations;
const [HUB] = charter.hubs;

function ofCharters(): Vector[] {
  const second = {
    ...HUB!,
    id: 'hub-2',
    name: 'hub-2.example',
    operator: 'Other',
    keys: [{ ...HUB!.keys[0]!, ...hubKeys('hub-2') }],
  };
  const wrong = (name: string, comment: string, field: string, other: object): Vector =>
    invalidLog(`charter-${name}`, comment, { code: 'charter', field }, [
      charterEntry(JSON.stringify({ ...charter, ...other })),
    ]);
  return [
    invalidLog('charter-no-json', 'No JSON.', { code: 'charter' }, [charterEntry('{')]),
    invalidLog('charter-not-utf8', 'A charter that is no UTF-8.', { code: 'charter' }, [
      encodeRightsEntry({
        publisher: testBytes('hub', 20),
        height: 10,
        time: 1_795_341_100,
        item: encodeRightsItem({ kind: 'charter', content: Uint8Array.of(0xff) }),
      }),
    ]),
    wrong('contradiction', 'A charter that contradicts itself.', 'organisations', { organisations: [ALPHA] }),
    wrong('quorum', 'The only hub ends one day: then nothing could be changed.', 'quorum.hubs', {
      hubs: [{ ...HUB!, keys: [{ ...HUB!.keys[0]!, until: 2_000_000_000 }] }],
    }),
    wrong('hosting', 'Two of two hubs at one provider.', 'hubs', {
      hubs: [HUB!, second],
    }),
    wrong('hosting-spelled-twice', 'Two of two hubs at one provider, spelled in two ways.', 'hubs', {
      hubs: [HUB!, { ...second, provider: 'FIRST-PROVIDER' }],
    }),
    wrong('member-to-come', 'A member from the next block on.', 'organisations.0.from', {
      organisations: [{ ...ALPHA!, from: 11 }, ...OTHERS],
    }),
    wrong('end-to-come', 'A seat that ends later.', 'organisations.0.seats.1.until', {
      organisations: [
        { ...ALPHA!, seats: [...ALPHA!.seats, { key: point('alpha second seat'), from: 0, until: 11 }] },
        ...OTHERS,
      ],
    }),
    wrong('former-to-come', 'Terms that are former ones only later.', 'formerTerms.0.until', {
      formerTerms: [
        {
          limits: charter.limits,
          quorum: charter.quorum,
          leastAssurance: 'one-hub',
          until: 11,
          untilTime: 0,
        },
      ],
    }),
    wrong(
      'former-time-to-come',
      'Terms that end one second after the time of its block.',
      'formerTerms.0.untilTime',
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
    ),
    invalidLog(
      'network-charter',
      'The charter of another network.',
      { code: 'network' },
      [entry(9, { charter: charterOf(['alpha', 'exchange']) })],
      networkOf(charter, sha256),
    ),
    refused('founded', 'A second charter.', { code: 'founded' }, (board) => {
      board.entries.push(entry(11, { charter: charterOf(['alpha', 'exchange']) }));
    }),
    invalidLog('not-founded', 'A proposal before the first charter.', { code: 'not-founded' }, [
      entry(9, new Board().proposal('alpha', admission('gamma'))),
    ]),
  ];
}

function ofSpeakers(): Vector[] {
  const seats = (add: string[], end: string[]): Change => ({
    kind: 'change-seats',
    organisation: 'beta',
    add,
    end,
  });
  const asBeta = (board: Board, seat?: string) =>
    board.said({ kind: 'withdrawal', member: 'beta', proposal: 'A'.repeat(43) }, seat);
  return [
    refused('network', 'A note of another network.', { code: 'network', field: 'network' }, (board) => {
      board.take(
        note({ kind: 'withdrawal', network: '11'.repeat(32), member: 'beta', proposal: 'A'.repeat(43) }),
      );
    }),
    refused('member-unknown', 'In the name of a stranger.', { code: 'member', field: 'member' }, (board) => {
      board.take(board.proposal('stranger', admission('gamma')));
    }),
    refused(
      'member-suspended',
      'By a member whose membership rests.',
      { code: 'member', field: 'member' },
      (board) => {
        board.decide({ kind: 'suspend-organisation', organisation: 'beta' }, ['alpha', 'exchange']);
        board.take(asBeta(board));
      },
    ),
    refused(
      'member-removed',
      'By a member that was removed in the block before.',
      { code: 'member', field: 'member' },
      (board) => {
        board.decide({ kind: 'remove-organisation', organisation: 'beta' }, ['alpha', 'exchange']);
        board.take(asBeta(board));
      },
    ),
    refused(
      'member-not-yet',
      'By a member in the block in which it is admitted.',
      { code: 'member', field: 'member' },
      (board) => {
        const id = board.propose('alpha', admission('gamma'));
        board.vote('alpha', id);
        board.take(
          board.ballot('beta', id, 'for'),
          board.proposal('gamma', admission('delta'), { state: 1 }),
        );
      },
    ),
    refused(
      'seat-of-another',
      'With the seat of another member.',
      { code: 'seat', field: 'kid' },
      (board) => {
        board.take(asBeta(board, 'alpha seat'));
      },
    ),
    refused('seat-signing-key', 'With the key for statements.', { code: 'seat', field: 'kid' }, (board) => {
      board.take(asBeta(board, 'beta signing'));
    }),
    refused('seat-ended', 'With a seat that has ended.', { code: 'seat', field: 'kid' }, (board) => {
      board.decide(seats([point('beta second seat')], [point('beta seat')]), ['alpha', 'exchange']);
      board.take(asBeta(board));
    }),
    refused(
      'seat-not-yet',
      'With a seat in the block in which it is given.',
      { code: 'seat', field: 'kid' },
      (board) => {
        const id = board.propose('alpha', seats([point('beta second seat')], []));
        board.vote('alpha', id);
        board.take(board.ballot('beta', id, 'for'), asBeta(board, 'beta second seat'));
      },
    ),
    noPoint(),
    refused('signature', 'With the signature under another note.', { code: 'signature' }, (board) => {
      const [one, other] = [asBeta(board), board.proposal('beta', admission('gamma'))];
      board.take({
        jws: `${one.jws.slice(0, one.jws.lastIndexOf('.'))}${other.jws.slice(other.jws.lastIndexOf('.'))}`,
      });
    }),
  ];
}

/** Whether a key is a point of the curve, no charter is asked; nothing verifies under one that is not. */
function noPoint(): Vector {
  const key = encodeBase64url(Uint8Array.of(4, ...testBytes('no point', 64)));
  const [alpha, beta, exchange] = charter.organisations;
  const organisations = [alpha!, { ...beta!, seats: [{ key, from: 0, until: null }] }, exchange!];
  const board = new Board({ ...charter, organisations });
  const { network } = board.state;
  const signingInput = prepareNote(
    { kind: 'withdrawal', network, member: 'beta', proposal: 'A'.repeat(43) },
    key,
  );
  const signature = testKey('beta seat').sign(utf8Encode(signingInput));
  board.take({ jws: attachSignature(signingInput, signature) });
  return invalidLog(
    'signature-no-point',
    'With a seat that is no point of the curve.',
    { code: 'signature' },
    board.entries,
  );
}

function ofProposals(): Vector[] {
  const proposed = (other: { state?: number; expires?: number }): Play => {
    return (board) => void board.take(board.proposal('alpha', admission('gamma'), other));
  };
  const few = charterOf(undefined, { rule: { mode: 'majority' }, openProposals: 1 });
  return [
    refused('repeated', 'A proposal once more, after it was withdrawn.', { code: 'repeated' }, (board) => {
      const made = board.proposal('alpha', admission('gamma'));
      board.take(made);
      board.take(board.withdrawal('alpha', made.id));
      board.take(made);
    }),
    refused(
      'state-to-come',
      'For a state that is to come.',
      { code: 'state', field: 'state' },
      proposed({ state: 1 }),
    ),
    refused('state-past', 'For a state that is past.', { code: 'state', field: 'state' }, (board) => {
      board.decide(admission('delta'));
      proposed({ state: 0 })(board);
    }),
    refused(
      'expires-now',
      'A proposal that nobody can vote on above its own height.',
      { code: 'expires', field: 'expires' },
      proposed({ expires: 11 }),
    ),
    refused(
      'expires-late',
      'A proposal that would live one block too long.',
      { code: 'expires', field: 'expires' },
      proposed({ expires: 1012 }),
    ),
    refused(
      'open-proposals',
      'One open proposal more than a member may have.',
      { code: 'open-proposals' },
      (board) => {
        board.propose('alpha', admission('gamma'));
        board.take(board.proposal('alpha', admission('delta')));
      },
      new Board(few),
    ),
  ];
}

function ofVotes(): Vector[] {
  const central: BoardRule = { mode: 'central', organisation: 'beta' };
  const onProposal = (
    name: string,
    comment: string,
    error: ExpectedError,
    play: (board: Board, id: string) => void,
    board = new Board(),
  ): Vector =>
    refused(name, comment, error, (at) => play(at, at.propose('alpha', admission('gamma'))), board);
  const closed = { code: 'closed', field: 'proposal' };
  const number = { code: 'number', field: 'number' };
  return [
    refused(
      'proposal',
      'A vote on a proposal that there is not.',
      { code: 'proposal', field: 'proposal' },
      (board) => {
        board.take(
          board.said({
            kind: 'vote',
            member: 'beta',
            state: 0,
            proposal: 'A'.repeat(43),
            number: 1,
            choice: 'for',
          }),
        );
      },
    ),
    refused(
      'proposal-refused',
      'A vote on a proposal that was refused.',
      { code: 'proposal', field: 'proposal' },
      (board) => {
        const made = board.proposal('alpha', admission('gamma'), { expires: 5000 });
        board.height += 1;
        board.take(
          board.said({ kind: 'vote', member: 'beta', state: 0, proposal: made.id, number: 1, choice: 'for' }),
        );
      },
    ),
    refused(
      'withdrawal-of-nothing',
      'A withdrawal of a proposal that there is not.',
      { code: 'proposal', field: 'proposal' },
      (board) => {
        board.take(board.said({ kind: 'withdrawal', member: 'beta', proposal: 'A'.repeat(43) }));
      },
    ),
    onProposal('closed-accepted', 'A vote on what was accepted.', closed, (board, id) => {
      for (const voter of ['alpha', 'beta', 'exchange']) board.vote(voter, id);
    }),
    onProposal('closed-rejected', 'A vote on what was rejected.', closed, (board, id) => {
      for (const voter of ['alpha', 'beta', 'exchange']) board.vote(voter, id, 'against');
    }),
    onProposal('closed-withdrawn', 'A vote on what was withdrawn.', closed, (board, id) => {
      board.take(board.withdrawal('alpha', id));
      board.vote('beta', id);
    }),
    onProposal('closed-expired', 'A vote one block after the last.', closed, (board, id) => {
      board.height = 110;
      board.vote('beta', id);
    }),
    onProposal('closed-withdrawal', 'A withdrawal of what was accepted.', closed, (board, id) => {
      for (const voter of ['alpha', 'beta']) board.vote(voter, id);
      board.take(board.withdrawal('alpha', id));
    }),
    onProposal(
      'vote-state',
      'A vote for another state than the proposal was made for.',
      { code: 'state', field: 'state' },
      (board, id) => {
        board.take(
          board.said({ kind: 'vote', member: 'beta', state: 1, proposal: id, number: 1, choice: 'for' }),
        );
      },
    ),
    onProposal(
      'voter',
      'A vote by a member that has none: another one decides.',
      { code: 'voter', field: 'member' },
      (board, id) => void board.vote('alpha', id),
      new Board(charterOf(undefined, { rule: central })),
    ),
    refused(
      'voter-new',
      'A vote by a member that was admitted after the proposal was made.',
      { code: 'voter', field: 'member' },
      (board) => {
        const id = board.propose('alpha', admission('delta'));
        board.decide(admission('gamma'));
        board.vote('gamma', id);
      },
    ),
    onProposal('number-again', 'A vote once more.', number, (board, id) => {
      board.vote('beta', id);
      board.vote('beta', id);
    }),
    onProposal('number-lower', 'A vote that was overtaken.', number, (board, id) => {
      board.vote('beta', id, 'for', 3);
      board.vote('beta', id, 'against', 2);
    }),
    onProposal('number-ahead', 'A first vote of number 101.', number, (board, id) => {
      board.vote('beta', id, 'for', 101);
    }),
    onProposal('number-further-ahead', 'A vote that is 101 above the one before.', number, (board, id) => {
      board.vote('beta', id, 'for', 7);
      board.vote('beta', id, 'for', 108);
    }),
    onProposal('proposer', 'A withdrawal by another.', { code: 'proposer', field: 'member' }, (board, id) => {
      board.take(board.withdrawal('beta', id));
    }),
  ];
}

/** Logs whose last entry is refused for one reason. */
export function refusals(): Vector[] {
  return [...ofCharters(), ...ofSpeakers(), ...ofProposals(), ...ofVotes()];
}
