import type { Change } from '@besure/governance';
import { Board } from '../../libs/governance/test/board-at-work.ts';
import {
  address,
  admission,
  charterOf,
  hubKeys,
  point,
  raw,
  termsWith,
} from '../../libs/governance/test/board.ts';
import { hub, refused } from './rights-log.ts';
import { otherSpellings } from './spellings.ts';
import type { Vector } from './vector.ts';

/** A change that is refused when it is proposed. */
function impossible(
  name: string,
  comment: string,
  field: string,
  change: Change,
  before: readonly Change[] = [],
  board = new Board(),
): Vector {
  return refused(
    `change-${name}`,
    comment,
    { code: 'change', field },
    (at) => {
      for (const one of before) at.decide(one, ['alpha', 'exchange']);
      at.take(at.proposal('alpha', change));
    },
    board,
  );
}

function archive(id: string, group: string): Change {
  return { kind: 'admit-witness', witness: id, name: `${id}.example`, group, mlDsa44: raw(id, 1312) };
}

/** Logs whose last entry proposes what is not possible. */
export function refusedChanges(): Vector[] {
  const { board: bounds, limits, algorithms } = charterOf();
  const revoke = (signingKey: string, compromisedFrom: number | null): Change => ({
    kind: 'revoke-signing-key',
    organisation: 'beta',
    signingKey,
    compromisedFrom,
  });
  const suspend: Change = { kind: 'suspend-organisation', organisation: 'beta' };
  const remove: Change = { kind: 'remove-organisation', organisation: 'beta' };
  const org = 'change.organisation';
  return [
    impossible(
      'admit-again',
      'A member that was removed cannot be admitted under its id.',
      'organisations.3.id',
      admission('beta'),
      [remove],
    ),
    impossible('admit-seat-twice', 'A seat that another member has.', 'organisations.3.seats.0.key', {
      ...admission('gamma'),
      seats: [point('alpha seat')],
    } as Change),
    impossible('unknown', 'A member that nobody knows.', org, {
      kind: 'remove-organisation',
      organisation: 'gamma',
    }),
    impossible('exchange-suspended', 'The exchange cannot be suspended.', org, {
      kind: 'suspend-organisation',
      organisation: 'exchange',
    }),
    impossible('exchange-removed', 'The exchange cannot be removed.', org, {
      kind: 'remove-organisation',
      organisation: 'exchange',
    }),
    impossible('suspend-again', 'A member that is suspended.', org, suspend, [suspend]),
    impossible('reinstate', 'A member that is not suspended.', org, {
      kind: 'reinstate-organisation',
      organisation: 'beta',
    }),
    impossible(
      'of-the-removed',
      'A key for a member that was removed.',
      org,
      { kind: 'rotate-signing-key', organisation: 'beta', signingKey: point('new') },
      [remove],
    ),
    impossible(
      'key-again',
      'A signing key that ended.',
      'organisations.1.signingKeys.2.key',
      { kind: 'rotate-signing-key', organisation: 'beta', signingKey: point('beta signing') },
      [{ kind: 'rotate-signing-key', organisation: 'beta', signingKey: point('beta second signing') }],
    ),
    impossible(
      'revoke-unknown',
      'A key of another.',
      'change.signingKey',
      revoke(point('alpha signing'), null),
    ),
    impossible(
      'revoke-again',
      'A key that ended, and nothing new about it.',
      'change.signingKey',
      revoke(point('beta signing'), null),
      [revoke(point('beta signing'), null)],
    ),
    impossible(
      'compromised-later',
      'A compromise that begins after the end.',
      'organisations.1.signingKeys.0.compromisedFrom',
      revoke(point('beta signing'), 5000),
    ),
    impossible(
      'ledger-key-ended',
      'A ledger key that ended.',
      'change.ledgerAddress',
      { kind: 'revoke-ledger-key', organisation: 'beta', ledgerAddress: address('beta ledger') },
      [{ kind: 'revoke-ledger-key', organisation: 'beta', ledgerAddress: address('beta ledger') }],
    ),
    impossible(
      'ledger-key-of-a-node',
      'The address of a hub as a ledger key.',
      'organisations.1.ledgerKeys.1.address',
      { kind: 'rotate-ledger-key', organisation: 'beta', ledgerAddress: address('hub node') },
    ),
    impossible('no-seat', 'No seat more and none less.', 'change', {
      kind: 'change-seats',
      organisation: 'beta',
      add: [],
      end: [],
    }),
    impossible('last-seat', 'The last seat of a member.', 'change.end', {
      kind: 'change-seats',
      organisation: 'beta',
      add: [],
      end: [point('beta seat')],
    }),
    impossible('seat-unknown', 'The seat of another.', 'change.end.0', {
      kind: 'change-seats',
      organisation: 'beta',
      add: [],
      end: [point('alpha seat')],
    }),
    impossible('hub-again', 'A hub that there is.', 'hubs.1.id', {
      ...hub('hub', 'Other provider'),
      name: 'other.example',
    }),
    impossible(
      'hub-hosting',
      'The second of two hubs at one provider.',
      'change.provider',
      hub('hub-2', 'First provider'),
    ),
    impossible(
      'hub-rounded-down',
      'The second of three hubs at one provider: half of three is one.',
      'change.provider',
      hub('hub-3', 'Second provider', 'Operator of hub-2'),
      [hub('hub-2', 'Second provider')],
    ),
    impossible(
      'hub-operators',
      'The second of three operators at one provider, though half of the hubs stand elsewhere.',
      'change.provider',
      hub('hub-4', 'First provider', 'Second operator'),
      [hub('hub-2', 'Second provider', 'First operator'), hub('hub-3', 'Third provider', 'Third operator')],
    ),
    ...otherSpellings('First provider').map(([spelling, what, provider]) =>
      impossible(
        `hub-hosting-${spelling}`,
        `The second of two hubs at one provider, whose name stands here ${what}.`,
        'change.provider',
        hub('hub-2', provider),
      ),
    ),
    impossible(
      'hub-operators-spelled-twice',
      'The second of three operators at one provider: that there seem to be four is because the name of one is spelled in two ways.',
      'change.provider',
      hub('hub-4', 'First provider', 'Third operator'),
      [hub('hub-2', 'Second provider', 'Second operator'), hub('hub-3', 'Third provider', 'SECOND OPERATOR')],
    ),
    impossible('hub-unknown', 'Keys of a hub that nobody knows.', 'change.hub', {
      kind: 'rotate-hub-keys',
      hub: 'hub-2',
      ...hubKeys('hub-2'),
    }),
    impossible(
      'hub-removed',
      'Keys of a hub that was removed.',
      'change.hub',
      { kind: 'rotate-hub-keys', hub: 'hub-2', ...hubKeys('hub-2 again') },
      [hub('hub-2', 'Second provider'), { kind: 'remove-hub', hub: 'hub-2' }],
    ),
    impossible('last-hub', 'The last hub: the quorum could not be reached.', 'quorum.hubs', {
      kind: 'remove-hub',
      hub: 'hub',
    }),
    impossible(
      'last-witness',
      'The last witness, which the quorum needs.',
      'quorum.witnesses',
      { kind: 'remove-witness', witness: 'archive' },
      [archive('archive', 'Member alpha'), termsWith({ quorum: { hubs: 1, witnesses: 1 } })],
    ),
    impossible(
      'last-other-operator',
      'The last hub of the second operator, of whom the quorum needs two: the two others are run by one, spelled in two ways.',
      'quorum.hubs',
      { kind: 'remove-hub', hub: 'hub-3' },
      [
        hub('hub-2', 'Second provider', 'FIRST OPERATOR'),
        hub('hub-3', 'Third provider'),
        termsWith({ quorum: { hubs: 2, witnesses: 0 } }),
      ],
    ),
    impossible(
      'last-other-group',
      'The last witness of the second group, of which the quorum needs two: the two others are of one, spelled in two ways.',
      'quorum.witnesses',
      { kind: 'remove-witness', witness: 'third' },
      [
        archive('first', 'Member alpha'),
        archive('second', 'Member-alpha'),
        archive('third', 'Member beta'),
        termsWith({ quorum: { hubs: 1, witnesses: 2 } }),
      ],
    ),
    impossible('authority-unknown', 'An authority that nobody knows.', 'change.name', {
      kind: 'remove-authority',
      name: 'Nobody',
    }),
    impossible('no-terms', 'Terms of which none changes.', 'change', termsWith({})),
    impossible(
      'slot-ahead',
      'What entries of the log hang on.',
      'change.limits.slotAheadSeconds',
      termsWith({ limits: { ...limits, slotAheadSeconds: 60 } }),
    ),
    impossible(
      'algorithm-back',
      'An algorithm that ended would come back.',
      'change.algorithms.SHA-256',
      termsWith({ algorithms }),
      [termsWith({ algorithms: { ...algorithms, 'SHA-256': 2_000_000_000 } })],
    ),
    impossible(
      'algorithm-later',
      'An algorithm would end later.',
      'change.algorithms.SHA-256',
      termsWith({ algorithms: { ...algorithms, 'SHA-256': 2_000_000_001 } }),
      [termsWith({ algorithms: { ...algorithms, 'SHA-256': 2_000_000_000 } })],
    ),
    impossible(
      'quorum',
      'A quorum that nobody can reach.',
      'quorum.hubs',
      termsWith({ quorum: { hubs: 2, witnesses: 0 } }),
    ),
    impossible(
      'board',
      'A board that could never decide.',
      'board.rule.atLeast',
      termsWith({
        board: {
          ...bounds,
          rule: { mode: 'hybrid', organisations: ['alpha', 'beta'], atLeast: 3, including: [] },
        },
      }),
    ),
    impossible(
      'decider-removed',
      'The member that decides: first another has to.',
      'board.rule.organisation',
      remove,
      [],
      new Board(charterOf(undefined, { rule: { mode: 'central', organisation: 'beta' } })),
    ),
  ];
}
