import {
  type Charter,
  formatCharter,
  formatTrust,
  type Hub,
  type HubKeys,
  type Organisation,
  type SigningKey,
  trustFingerprint,
  type TimeStampAuthority,
  trustOf,
  type Witness,
} from '@besure/governance';
import { encodeAddress, parseAddressFormat } from '@besure/ledger-tx';
import { encodeBase64, encodeBase64url, encodeHex } from '@besure/protocol';
import { createHash } from 'node:crypto';
import { testBytes, testKey } from '../../libs/protocol/test/material.ts';
import type { ExpectedError, Vector } from './vector.ts';

const VERSION = '00d4f2a1';
const CHECKSUM = '7e3c1a55';
const format = parseAddressFormat(VERSION, CHECKSUM);

function member(id: string, role: Organisation['role']): Organisation {
  return {
    id,
    name: `Test member ${id}`,
    role,
    from: 0,
    until: null,
    signingKeys: [
      { key: encodeBase64url(testKey(id).publicKey), from: 0, until: null, compromisedFrom: null },
    ],
    ledgerKeys: [{ address: address(`ledger key of ${id}`), from: 0, until: null }],
  };
}

function address(name: string): string {
  return encodeAddress(testBytes(name, 20), format);
}

function key(name: string, length: number): string {
  return encodeBase64url(testBytes(name, length));
}

function hubKeys(id: string, from = 0, until: number | null = null): HubKeys {
  return {
    from,
    until,
    log: { mlDsa44: key(`${id} log ml-dsa-44`, 1312), ed25519: key(`${id} log ed25519`, 32) },
    witness: { mlDsa44: key(`${id} witness ml-dsa-44`, 1312), ed25519: key(`${id} witness ed25519`, 32) },
  };
}

function hub(id: string): Hub {
  return {
    id,
    name: `${id}.besure.example`,
    operator: `Operator of ${id}`,
    provider: `Data centre of ${id}`,
    keys: [hubKeys(id)],
  };
}

function witness(id: string): Witness {
  return {
    id,
    name: `archive.${id}.besure.example`,
    group: `Test member ${id}`,
    keys: [{ from: 0, until: null, mlDsa44: key(`${id} archive ml-dsa-44`, 1312) }],
  };
}

const CHARTER: Charter = {
  format: 'besure-charter-v0',
  network: 'test',
  ledger: {
    chain: 'besure-test',
    genesis: encodeHex(testBytes('genesis', 32)),
    addressVersion: VERSION,
    addressChecksum: CHECKSUM,
    streams: { proofs: 'proofs', rights: 'rights' },
    finalDepth: 2,
  },
  log: { origin: 'log.besure.example/test', checkpointEvery: 1 },
  slots: { base: 0, startMillis: 1_795_341_000_000, lengthMillis: 3000 },
  limits: {
    agreementToleranceSeconds: 300,
    countersignatureDeadlineSeconds: 60,
    largestLagSeconds: 86_400,
    slotAheadSeconds: 7200,
    timeStampLagSeconds: 172_800,
  },
  organisations: [
    member('alpha', 'organisation'),
    member('beta', 'organisation'),
    member('exchange', 'exchange'),
  ],
  hubs: [hub('hub')],
  witnesses: [],
  quorum: { hubs: 1, witnesses: 0 },
  timeStampAuthorities: [],
  algorithms: { ES256: null, 'ML-DSA-44': null, 'SHA-256': null, 'SHA3-512': null },
  leastAssurance: 'one-hub',
};
const [ALPHA, BETA, EXCHANGE] = CHARTER.organisations as [Organisation, Organisation, Organisation];
const [HUB] = CHARTER.hubs as [Hub];
const [SIGNING_KEY] = ALPHA.signingKeys as [SigningKey];
const [HUB_KEYS] = HUB.keys as [HubKeys];
const LATER_KEY: SigningKey = { ...SIGNING_KEY, key: encodeBase64url(testKey('alpha later').publicKey) };
const WITNESSES: readonly Witness[] = ['alpha', 'beta', 'exchange'].map(witness);
const AUTHORITY: TimeStampAuthority = {
  name: 'Test time stamps',
  certificate: encodeBase64(testBytes('certificate of an authority', 300)),
  from: 0,
  until: null,
};
/** Two keys whose key ids under one name are the same; found by trying. */
const COLLISION: Pick<Witness, 'name' | 'keys'> = {
  name: 'archive.alpha.besure.example',
  keys: [
    { from: 0, until: 100, mlDsa44: key('colliding key 4993', 1312) },
    { from: 100, until: null, mlDsa44: key('colliding key 105214', 1312) },
  ],
};
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

/** A charter with something replaced; compact, so that the fault is easier to find. */
function changed(other: object): string {
  return JSON.stringify({ ...CHARTER, ...other });
}

function wrong(name: string, comment: string, field: string, other: object): Vector {
  return invalid(name, comment, { code: 'field', field }, changed(other));
}

function contradiction(name: string, comment: string, field: string, other: object): Vector {
  return invalid(name, comment, { code: 'rule', field }, changed(other));
}

/** Charters, right ones and wrong ones. */
export function charters(): Vector[] {
  const { ledger, log, slots, limits, quorum } = CHARTER;
  const other = hub('second');
  const otherKeys = hubKeys('second');
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
    wrong('format', 'Another version.', 'format', { format: 'besure-charter-v1' }),
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
    wrong('quorum-zero', 'A quorum of nobody.', 'quorum.hubs', { quorum: { ...quorum, hubs: 0 } }),
    wrong('assurance', 'An unknown assurance.', 'leastAssurance', { leastAssurance: 'none' }),
    contradiction('organisation-twice', 'Two members of one id.', 'organisations.1.id', {
      organisations: [ALPHA, { ...BETA, id: 'alpha' }, EXCHANGE],
    }),
    contradiction(
      'signing-key-twice',
      'Two members with one signing key.',
      'organisations.1.signingKeys.0.key',
      {
        organisations: [ALPHA, { ...BETA, signingKeys: ALPHA.signingKeys }, EXCHANGE],
      },
    ),
    contradiction(
      'signing-key-again',
      'A member with one key in two periods: what it signed in one would count in the other.',
      'organisations.0.signingKeys.1.key',
      {
        organisations: [
          {
            ...ALPHA,
            signingKeys: [
              { ...SIGNING_KEY, until: 10 },
              { ...SIGNING_KEY, from: 20 },
            ],
          },
          BETA,
          EXCHANGE,
        ],
      },
    ),
    contradiction(
      'signing-keys-overlap',
      'Two signing keys of one member at once.',
      'organisations.0.signingKeys.1.from',
      {
        organisations: [{ ...ALPHA, signingKeys: [SIGNING_KEY, { ...LATER_KEY, from: 5 }] }, BETA, EXCHANGE],
      },
    ),
    contradiction('signing-keys-order', 'The later key first.', 'organisations.0.signingKeys.1.from', {
      organisations: [
        {
          ...ALPHA,
          signingKeys: [
            { ...LATER_KEY, from: 10 },
            { ...SIGNING_KEY, until: 10 },
          ],
        },
        BETA,
        EXCHANGE,
      ],
    }),
    contradiction(
      'compromised-after-end',
      'A compromise that begins where the key does not count any more.',
      'organisations.0.signingKeys.0.compromisedFrom',
      {
        organisations: [
          { ...ALPHA, signingKeys: [{ ...SIGNING_KEY, until: 10, compromisedFrom: 10 }] },
          BETA,
          EXCHANGE,
        ],
      },
    ),
    contradiction('period-empty', 'A period that ends where it begins.', 'organisations.0.until', {
      organisations: [{ ...ALPHA, from: 7, until: 7 }, BETA, EXCHANGE],
    }),
    contradiction(
      'address-twice',
      'Two members with one ledger key.',
      'organisations.1.ledgerKeys.0.address',
      {
        organisations: [ALPHA, { ...BETA, ledgerKeys: ALPHA.ledgerKeys }, EXCHANGE],
      },
    ),
    contradiction(
      'ledger-keys-overlap',
      'Two ledger keys of one member at once: it could publish twice for a slot.',
      'organisations.0.ledgerKeys.1.from',
      {
        organisations: [
          {
            ...ALPHA,
            ledgerKeys: [
              { address: address('ledger key of alpha'), from: 0, until: 10 },
              { address: address('later ledger key of alpha'), from: 9, until: null },
            ],
          },
          BETA,
          EXCHANGE,
        ],
      },
    ),
    contradiction(
      'address-other-chain',
      'An address of another chain.',
      'organisations.0.ledgerKeys.0.address',
      {
        organisations: [
          {
            ...ALPHA,
            ledgerKeys: [
              {
                address: encodeAddress(testBytes('a', 20), parseAddressFormat('00d4f2a2', CHECKSUM)),
                from: 0,
                until: null,
              },
            ],
          },
          BETA,
          EXCHANGE,
        ],
      },
    ),
    contradiction('exchange-missing', 'No exchange.', 'organisations', { organisations: [ALPHA, BETA] }),
    contradiction('exchange-twice', 'Two exchanges.', 'organisations', {
      organisations: [{ ...ALPHA, role: 'exchange' }, EXCHANGE],
    }),
    contradiction('hub-twice', 'Two hubs of one id.', 'hubs.1.id', { hubs: [HUB, { ...other, id: 'hub' }] }),
    contradiction('hub-name-twice', 'Two hubs that sign under one name.', 'hubs.1.name', {
      hubs: [HUB, { ...other, name: HUB.name }],
    }),
    contradiction(
      'hub-key-twice',
      'A key under two names: it would count twice.',
      'hubs.1.keys.0.witness.mlDsa44',
      {
        hubs: [HUB, { ...other, keys: [{ ...otherKeys, witness: HUB_KEYS.witness }] }],
      },
    ),
    contradiction('hub-key-both', 'One key for log and witness.', 'hubs.0.keys.0.witness.ed25519', {
      hubs: [
        {
          ...HUB,
          keys: [{ ...HUB_KEYS, witness: { ...HUB_KEYS.witness, ed25519: HUB_KEYS.log.ed25519 } }],
        },
      ],
    }),
    contradiction('hub-keys-overlap', 'Two sets of keys of one hub at once.', 'hubs.0.keys.1.from', {
      hubs: [{ ...HUB, keys: [hubKeys('hub', 0, 100), hubKeys('hub later', 99)] }],
    }),
    contradiction(
      'hub-named-origin',
      'A hub that signs as witness under the name of the log.',
      'hubs.0.name',
      { hubs: [{ ...HUB, name: log.origin }] },
    ),
    contradiction('witness-twice', 'Two witnesses of one id.', 'witnesses.1.id', {
      witnesses: [witness('alpha'), { ...witness('beta'), id: 'alpha' }],
    }),
    contradiction('witness-named-hub', 'A witness that signs under the name of a hub.', 'witnesses.0.name', {
      witnesses: [{ ...witness('alpha'), name: HUB.name }],
    }),
    contradiction('witness-key-of-hub', 'A witness with the key of a hub.', 'witnesses.0.keys.0.mlDsa44', {
      witnesses: [
        { ...witness('alpha'), keys: [{ from: 0, until: null, mlDsa44: HUB_KEYS.witness.mlDsa44 }] },
      ],
    }),
    contradiction(
      'key-id-twice',
      'Two keys of one witness whose key ids are the same: a signature line would not say whose it is.',
      'witnesses.0.keys.1.mlDsa44',
      { witnesses: [{ ...witness('alpha'), ...COLLISION }] },
    ),
    contradiction('authority-twice', 'Two authorities of one name.', 'timeStampAuthorities.1.name', {
      timeStampAuthorities: [AUTHORITY, AUTHORITY],
    }),
    contradiction('streams-same', 'One stream for two purposes.', 'ledger.streams', {
      ledger: { ...ledger, streams: { proofs: 'proofs', rights: 'proofs' } },
    }),
    contradiction('quorum-too-large', 'A quorum that nobody can reach.', 'quorum.hubs', {
      quorum: { hubs: 2, witnesses: 0 },
    }),
    contradiction(
      'quorum-one-operator',
      'Two hubs needed, but both are run by one operator, which counts once.',
      'quorum.hubs',
      { hubs: [HUB, { ...other, operator: HUB.operator }], quorum: { hubs: 2, witnesses: 0 } },
    ),
    contradiction(
      'quorum-one-group',
      'Two witnesses needed, but both are run by one group, which counts once.',
      'quorum.witnesses',
      {
        witnesses: [witness('alpha'), { ...witness('beta'), group: witness('alpha').group }],
        quorum: { hubs: 1, witnesses: 2 },
      },
    ),
    contradiction('quorum-witnesses', 'A quorum of witnesses, of which there are none.', 'quorum.witnesses', {
      quorum: { hubs: 1, witnesses: 1 },
    }),
  ];
}

/** The same value, laid out as people do: what is short on one line. */
function laidOut(value: unknown, indent = ''): string {
  const short = JSON.stringify(value);
  if (short.length <= 130 || typeof value !== 'object' || value === null)
    return short.replaceAll(
      /("(?:[^"\\]|\\.)*")|([:,])/g,
      (_, text?: string, mark = '') => text ?? `${mark} `,
    );
  const deeper = `${indent}  `;
  const members = Array.isArray(value)
    ? value.map((one) => `${deeper}${laidOut(one, deeper)}`)
    : Object.entries(value).map(([name, one]) => `${deeper}"${name}": ${laidOut(one, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${members.join(',\n')}\n${indent}${close}`;
}

/** Trust files, right ones and wrong ones. */
export function trusts(): Vector[] {
  const trust = trustOf(CHARTER);
  const good = formatTrust(trust);
  const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
  const fingerprint = encodeHex(trustFingerprint(trust, sha256));
  const vector = (kind: Vector['kind'], name: string, comment: string, content: object): Vector => ({
    format: 'trust',
    kind,
    name,
    content: { comment, ...content },
  });
  const wrongTrust = (name: string, comment: string, error: ExpectedError, text: string) =>
    vector('invalid', name, comment, { text, error });
  return [
    vector('valid', 'trust', 'A charter and the first block of its ledger.', {
      text: good,
      canonical: good,
      fingerprint,
    }),
    vector('valid', 'laid-out', 'The same as people would lay it out: the same fingerprint.', {
      text: `${laidOut(trust)}\n`,
      canonical: good,
      fingerprint,
    }),
    vector('valid', 'compact', 'The same without white space: the same fingerprint.', {
      text: JSON.stringify(trust),
      canonical: good,
      fingerprint,
    }),
    wrongTrust('not-json', 'No JSON.', { code: 'json' }, ''),
    wrongTrust(
      'member-twice',
      'A member twice.',
      { code: 'json' },
      good.replace('"genesis"', '"genesis": "",\n  "genesis"'),
    ),
    wrongTrust(
      'format',
      'Another version.',
      { code: 'field', field: 'format' },
      good.replace('trust-v0', 'trust-v1'),
    ),
    wrongTrust(
      'member-unknown',
      'An unknown member.',
      { code: 'field', field: 'note' },
      JSON.stringify({ ...trust, note: 1 }),
    ),
    wrongTrust(
      'charter-missing',
      'No charter.',
      { code: 'field', field: 'charter' },
      JSON.stringify({ ...trust, charter: undefined }),
    ),
    wrongTrust(
      'charter-wrong',
      'A charter that is wrong.',
      { code: 'field', field: 'charter.network' },
      JSON.stringify({ ...trust, charter: { ...CHARTER, network: 'Test' } }),
    ),
    wrongTrust(
      'charter-contradiction',
      'A charter that contradicts itself.',
      { code: 'rule', field: 'organisations' },
      JSON.stringify({ ...trust, charter: { ...CHARTER, organisations: [ALPHA] } }),
    ),
    wrongTrust(
      'genesis',
      'The first block of another ledger.',
      { code: 'genesis', field: 'genesis' },
      JSON.stringify({ ...trust, genesis: encodeHex(testBytes('another', 32)) }),
    ),
  ];
}
