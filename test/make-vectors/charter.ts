import { type Charter, formatCharter } from '@besure/governance';
import { encodeBase64, encodeBase64url } from '@besure/protocol';
import { testBytes, testKey } from '../../libs/protocol/test/material.ts';
import { contradictions } from './charter-contradictions.ts';
import {
  ALPHA,
  AUTHORITY,
  BETA,
  CHARTER,
  EXCHANGE,
  HUB,
  HUB_KEYS,
  LATER_KEY,
  SIGNING_KEY,
  witness,
  WITNESSES,
  address,
  changed,
  hub,
  hubKeys,
  key,
} from './charter-material.ts';
import { countedNames } from './charter-names.ts';
import type { ExpectedError, Vector } from './vector.ts';

const TEXT = formatCharter(CHARTER);

function valid(name: string, comment: string, text: string): Vector {
  return {
    format: 'charter',
    kind: 'valid',
    name,
    content: { comment, text, canonical: formatCharter(JSON.parse(text) as Charter) },
  };
}

function invalid(name: string, comment: string, error: ExpectedError, text: string): Vector {
  return { format: 'charter', kind: 'invalid', name, content: { comment, text, error } };
}

function wrong(name: string, comment: string, field: string, other: object): Vector {
  return invalid(name, comment, { code: 'field', field }, changed(other));
}

function seatKey(name: string): string {
  return encodeBase64url(testKey(name).publicKey);
}

/** Charters, right ones and wrong ones. */
export function charters(): Vector[] {
  const { ledger, log, slots, limits, quorum, leastAssurance, board } = CHARTER;
  const other = hub('second');
  return [
    valid('one-hub', 'Two organisations, an exchange, one hub.', TEXT),
    valid('compact', 'The same without white space: the layout is free.', JSON.stringify(CHARTER)),
    valid(
      'member-order',
      'The same with members in another order.',
      JSON.stringify(Object.fromEntries(Object.entries(CHARTER).toReversed()), null, 1),
    ),
    valid(
      'two-hubs',
      'Two hubs, both of them needed.',
      changed({ hubs: [HUB, other], quorum: { hubs: 2, witnesses: 0 }, leastAssurance: 'recorded' }),
    ),
    valid(
      'witnesses',
      'One hub, three archives as witnesses, of which two are needed.',
      changed({ witnesses: WITNESSES, quorum: { hubs: 1, witnesses: 2 }, leastAssurance: 'recorded' }),
    ),
    valid(
      'changed-over-time',
      'Keys that were followed by others, one of them compromised before its end, a member that left, an end date, an authority.',
      changed({
        organisations: [
          {
            ...ALPHA,
            signingKeys: [
              { ...SIGNING_KEY, until: 1000, compromisedFrom: 900 },
              { ...LATER_KEY, from: 1000 },
            ],
            ledgerKeys: [
              { address: address('ledger key of alpha'), from: 0, until: 1000 },
              { address: address('later ledger key of alpha'), from: 1200, until: null },
            ],
          },
          { ...BETA, from: 10, until: 5000 },
          EXCHANGE,
        ],
        hubs: [{ ...HUB, keys: [hubKeys('hub', 0, 1_800_000_000), hubKeys('hub later', 1_800_000_000)] }],
        timeStampAuthorities: [AUTHORITY],
        algorithms: { ...CHARTER.algorithms, ES256: 2_000_000_000 },
      }),
    ),
    valid(
      'two-hubs-one-node',
      'Two hubs that share a node.',
      changed({ hubs: [HUB, { ...other, nodeAddress: HUB.nodeAddress }] }),
    ),
    valid(
      'central',
      'One member decides.',
      changed({ board: { ...board, rule: { mode: 'central', organisation: 'exchange' } } }),
    ),
    valid(
      'hybrid',
      'Two of a body decide, a certain one among them; the body names one who has left.',
      changed({
        organisations: [ALPHA, { ...BETA, until: 7 }, EXCHANGE],
        board: {
          ...board,
          rule: {
            mode: 'hybrid',
            organisations: ['exchange', 'beta', 'alpha'],
            atLeast: 2,
            including: ['alpha'],
          },
        },
      }),
    ),
    valid(
      'decided-over-time',
      'Former terms, a member that was suspended twice, seats of one member at once and one after the other.',
      changed({
        formerTerms: [
          {
            limits: { ...limits, largestLagSeconds: 3600 },
            quorum,
            leastAssurance,
            until: 100,
            untilTime: 1000,
          },
          {
            limits,
            quorum: { hubs: 2, witnesses: 1 },
            leastAssurance: 'time-stamped',
            until: 200,
            untilTime: 1000,
          },
        ],
        organisations: [
          {
            ...ALPHA,
            seats: [...ALPHA.seats, ...EXCHANGE.seats, ...BETA.seats].map((seat, i) => ({
              ...seat,
              from: 10 * i,
              until: i === 1 ? 30 : null,
            })),
            suspensions: [
              { from: 5, until: 10 },
              { from: 10, until: 20 },
            ],
          },
          { ...BETA, seats: [{ ...BETA.seats[0], key: LATER_KEY.key }] },
          { ...EXCHANGE, seats: [{ ...EXCHANGE.seats[0], key: seatKey('exchange later') }] },
        ],
      }),
    ),
    invalid('not-json', 'No JSON.', { code: 'json' }, TEXT.slice(0, -3)),
    invalid(
      'member-twice',
      'A member twice: parsers differ in which one they keep.',
      { code: 'json' },
      TEXT.replace('"network"', '"network": "other",\n  "network"'),
    ),
    invalid(
      'number-form',
      'A number in an unusual form.',
      { code: 'json' },
      TEXT.replace('"finalDepth": 2', '"finalDepth": 2.0'),
    ),
    invalid(
      'string-form',
      'A character escaped that need not be.',
      { code: 'json' },
      TEXT.replace('"test"', '"\\u0074est"'),
    ),
    wrong('format', 'Another version.', 'format', { format: 'besure-charter-v2' }),
    wrong('member-unknown', 'An unknown member.', 'mode', { mode: 'majority' }),
    wrong('network-missing', 'A member is missing.', 'network', { network: undefined }),
    wrong('nested-unknown', 'An unknown member further down.', 'ledger.port', {
      ledger: { ...ledger, port: 1 },
    }),
    wrong('genesis', 'A hash in capitals.', 'ledger.genesis', {
      ledger: { ...ledger, genesis: ledger.genesis.toUpperCase() },
    }),
    wrong('checksum-length', 'A checksum value of three bytes.', 'ledger.addressChecksum', {
      ledger: { ...ledger, addressChecksum: '7e3c1a' },
    }),
    wrong('final-depth', 'No depth: a block would be final at once.', 'ledger.finalDepth', {
      ledger: { ...ledger, finalDepth: 0 },
    }),
    wrong('stream-name', 'A stream name with a space.', 'ledger.streams.proofs', {
      ledger: { ...ledger, streams: { proofs: 'the proofs', rights: 'rights' } },
    }),
    wrong('origin', 'An origin with a plus, which signed notes cannot have.', 'log.origin', {
      log: { ...log, origin: 'a+b' },
    }),
    wrong('slot-length', 'Slots of no length.', 'slots.lengthMillis', {
      slots: { ...slots, lengthMillis: 0 },
    }),
    wrong('slot-start', 'A start with a fraction.', 'slots.startMillis', {
      slots: { ...slots, startMillis: 0.5 },
    }),
    wrong('lag', 'No lag: everything would be late.', 'limits.largestLagSeconds', {
      limits: { ...limits, largestLagSeconds: 0 },
    }),
    wrong('organisations-empty', 'No members.', 'organisations', { organisations: [] }),
    wrong('organisation-id', 'Capitals in an id.', 'organisations.0.id', {
      organisations: [{ ...ALPHA, id: 'Alpha' }, BETA, EXCHANGE],
    }),
    wrong('organisation-role', 'An unknown role.', 'organisations.0.role', {
      organisations: [{ ...ALPHA, role: 'hub' }, EXCHANGE],
    }),
    wrong('signing-key-compressed', 'A compressed point.', 'organisations.0.signingKeys.0.key', {
      organisations: [
        { ...ALPHA, signingKeys: [{ ...SIGNING_KEY, key: key('compressed', 33) }] },
        BETA,
        EXCHANGE,
      ],
    }),
    wrong('signing-keys-empty', 'A member without a key.', 'organisations.0.signingKeys', {
      organisations: [{ ...ALPHA, signingKeys: [] }, BETA, EXCHANGE],
    }),
    wrong('until-missing', 'No end: it must be said that there is none.', 'organisations.0.until', {
      organisations: [{ ...ALPHA, until: undefined }, BETA, EXCHANGE],
    }),
    wrong('from-text', 'A height as a text.', 'organisations.0.from', {
      organisations: [{ ...ALPHA, from: '0' }, BETA, EXCHANGE],
    }),
    wrong('hub-key-length', 'An ML-DSA-65 key.', 'hubs.0.keys.0.witness.mlDsa44', {
      hubs: [
        {
          ...HUB,
          keys: [{ ...HUB_KEYS, witness: { ...HUB_KEYS.witness, mlDsa44: key('ml-dsa-65', 1952) } }],
        },
      ],
    }),
    wrong('hub-name-length', 'A key name of 256 bytes.', 'hubs.0.name', {
      hubs: [{ ...HUB, name: `${'é'.repeat(127)}hu` }],
    }),
    wrong('origin-length', 'An origin of 256 bytes.', 'log.origin', {
      log: { ...log, origin: 'o'.repeat(256) },
    }),
    wrong(
      'witness-ed25519',
      'A witness with an Ed25519 key: only ML-DSA-44 counts.',
      'witnesses.0.keys.0.ed25519',
      {
        witnesses: [
          { ...witness('alpha'), keys: [{ ...witness('alpha').keys[0], ed25519: key('alpha archive', 32) }] },
        ],
      },
    ),
    wrong('time-beyond-9999', 'A time after the year 9999.', 'hubs.0.keys.0.until', {
      hubs: [{ ...HUB, keys: [{ ...HUB_KEYS, until: 253_402_300_800 }] }],
    }),
    wrong(
      'operator-invisible',
      'An operator whose name looks like that of another: a zero width space follows it.',
      'hubs.1.operator',
      {
        hubs: [HUB, { ...other, operator: `${HUB.operator}\u200b` }],
        quorum: { hubs: 2, witnesses: 0 },
      },
    ),
    wrong('algorithm-unknown', 'An algorithm that nothing uses.', 'algorithms.MD5', {
      algorithms: { ...CHARTER.algorithms, MD5: null },
    }),
    wrong('algorithm-missing', 'An algorithm that nothing is said about.', 'algorithms.SHA-256', {
      algorithms: { ...CHARTER.algorithms, 'SHA-256': undefined },
    }),
    wrong('authority-certificate', 'A certificate in base64url.', 'timeStampAuthorities.0.certificate', {
      timeStampAuthorities: [{ ...AUTHORITY, certificate: '_-8' }],
    }),
    wrong(
      'authority-certificate-length',
      'A certificate of 4097 bytes.',
      'timeStampAuthorities.0.certificate',
      {
        timeStampAuthorities: [
          { ...AUTHORITY, certificate: encodeBase64(testBytes('certificate of an authority', 4097)) },
        ],
      },
    ),
    wrong('quorum-zero', 'A quorum of nobody.', 'quorum.hubs', { quorum: { ...quorum, hubs: 0 } }),
    wrong('assurance', 'An unknown assurance.', 'leastAssurance', { leastAssurance: 'none' }),
    wrong('format-v0', 'The version before.', 'format', { format: 'besure-charter-v0' }),
    wrong('seats-missing', 'A member without seats.', 'organisations.0.seats', {
      organisations: [{ ...ALPHA, seats: undefined }, BETA, EXCHANGE],
    }),
    wrong('seats-empty', 'A member with no seat.', 'organisations.0.seats', {
      organisations: [{ ...ALPHA, seats: [] }, BETA, EXCHANGE],
    }),
    wrong('seat-compressed', 'A seat that is a compressed point.', 'organisations.0.seats.0.key', {
      organisations: [
        { ...ALPHA, seats: [{ ...ALPHA.seats[0], key: key('compressed', 33) }] },
        BETA,
        EXCHANGE,
      ],
    }),
    wrong(
      'suspensions-missing',
      'A member without suspensions: it must be said that there are none.',
      'organisations.0.suspensions',
      {
        organisations: [{ ...ALPHA, suspensions: undefined }, BETA, EXCHANGE],
      },
    ),
    wrong(
      'suspension-until-missing',
      'A suspension without an end: it must be said that there is none.',
      'organisations.0.suspensions.0.until',
      {
        organisations: [{ ...ALPHA, suspensions: [{ from: 0 }] }, BETA, EXCHANGE],
      },
    ),
    wrong('node-address', 'No address of a node.', 'hubs.0.nodeAddress', {
      hubs: [{ ...HUB, nodeAddress: '0OIl' }],
    }),
    wrong('former-terms-missing', 'No former terms: it must be said that there are none.', 'formerTerms', {
      formerTerms: undefined,
    }),
    wrong('former-quorum', 'A quorum of nobody before.', 'formerTerms.0.quorum.hubs', {
      formerTerms: [{ limits, quorum: { hubs: 0, witnesses: 0 }, leastAssurance, until: 10, untilTime: 0 }],
    }),
    wrong(
      'former-time-missing',
      'Former terms of which it is not said at which time they ended.',
      'formerTerms.0.untilTime',
      {
        formerTerms: [{ limits, quorum, leastAssurance, until: 10 }],
      },
    ),
    wrong('former-time', 'Former terms that ended before 1970.', 'formerTerms.0.untilTime', {
      formerTerms: [{ limits, quorum, leastAssurance, until: 10, untilTime: -1 }],
    }),
    wrong('board-missing', 'Nobody decides.', 'board', { board: undefined }),
    wrong('board-mode', 'An unknown mode.', 'board.rule.mode', {
      board: { ...board, rule: { mode: 'unanimity' } },
    }),
    wrong('board-rule-surplus', 'A majority that names one.', 'board.rule.organisation', {
      board: { ...board, rule: { mode: 'majority', organisation: 'alpha' } },
    }),
    wrong('body-empty', 'A body of nobody.', 'board.rule.organisations', {
      board: { ...board, rule: { mode: 'hybrid', organisations: [], atLeast: 1, including: [] } },
    }),
    wrong('body-no-votes', 'No vote of a body.', 'board.rule.atLeast', {
      board: {
        ...board,
        rule: { mode: 'hybrid', organisations: ['alpha'], atLeast: 0, including: ['alpha'] },
      },
    }),
    wrong('cap-zero', 'A hosting cap of 0 %: there could be no hub.', 'board.hostingCapPercent', {
      board: { ...board, hostingCapPercent: 0 },
    }),
    wrong('cap-101', 'A hosting cap of 101 %.', 'board.hostingCapPercent', {
      board: { ...board, hostingCapPercent: 101 },
    }),
    wrong(
      'open-proposals-zero',
      'No proposal may be open: nothing could ever be decided.',
      'board.openProposals',
      {
        board: { ...board, openProposals: 0 },
      },
    ),
    wrong('life-zero', 'Proposals that live for no block.', 'board.longestLifeBlocks', {
      board: { ...board, longestLifeBlocks: 0 },
    }),
    ...contradictions(),
    ...countedNames(),
  ];
}
