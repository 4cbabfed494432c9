import { type Charter, formatCharter, formatTrust, trustFingerprint, trustOf } from '@besure/governance';
import { encodeAddress, parseAddressFormat } from '@besure/ledger-tx';
import { encodeBase64url, encodeHex } from '@besure/protocol';
import { createHash } from 'node:crypto';
import { testBytes, testKey } from '../../libs/protocol/test/material.ts';
import type { ExpectedError, Vector } from './vector.ts';

const VERSION = '00d4f2a1';
const CHECKSUM = '7e3c1a55';
const format = parseAddressFormat(VERSION, CHECKSUM);

function member(id: string, role: Charter['organisations'][number]['role']) {
  return {
    id,
    name: `Test member ${id}`,
    role,
    signingKey: encodeBase64url(testKey(id).publicKey),
    ledgerAddress: encodeAddress(testBytes(`ledger key of ${id}`, 20), format),
  };
}

function key(name: string, length: number): string {
  return encodeBase64url(testBytes(name, length));
}

function hub(id: string) {
  return {
    id,
    name: `${id}.besure.example`,
    provider: `Data centre of ${id}`,
    logKeys: { ed25519: key(`${id} log ed25519`, 32), mlDsa44: key(`${id} log ml-dsa-44`, 1312) },
    witnessKey: { mlDsa44: key(`${id} witness ml-dsa-44`, 1312), ed25519: key(`${id} witness ed25519`, 32) },
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
  },
  organisations: [
    member('alpha', 'organisation'),
    member('beta', 'organisation'),
    member('exchange', 'exchange'),
  ],
  hubs: [hub('hub')],
  quorum: { hubs: 1, witnesses: 0 },
  leastAssurance: 'one-hub',
};
const [ALPHA, BETA, EXCHANGE] = CHARTER.organisations as [
  Charter['organisations'][number],
  Charter['organisations'][number],
  Charter['organisations'][number],
];
const [HUB] = CHARTER.hubs as [Charter['hubs'][number]];
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
      organisations: [{ ...ALPHA, id: 'Alpha' }, EXCHANGE],
    }),
    wrong('organisation-role', 'An unknown role.', 'organisations.0.role', {
      organisations: [{ ...ALPHA, role: 'hub' }, EXCHANGE],
    }),
    wrong('signing-key-compressed', 'A compressed point.', 'organisations.0.signingKey', {
      organisations: [{ ...ALPHA, signingKey: key('compressed', 33) }, EXCHANGE],
    }),
    wrong('hub-key-length', 'An ML-DSA-65 key.', 'hubs.0.witnessKey.mlDsa44', {
      hubs: [{ ...HUB, witnessKey: { ...HUB.witnessKey, mlDsa44: key('ml-dsa-65', 1952) } }],
    }),
    wrong('quorum-zero', 'A quorum of nobody.', 'quorum.hubs', { quorum: { ...quorum, hubs: 0 } }),
    wrong('assurance', 'An unknown assurance.', 'leastAssurance', { leastAssurance: 'none' }),
    contradiction('organisation-twice', 'Two members of one id.', 'organisations.1.id', {
      organisations: [ALPHA, { ...BETA, id: 'alpha' }, EXCHANGE],
    }),
    contradiction('signing-key-twice', 'Two members with one signing key.', 'organisations.1.signingKey', {
      organisations: [ALPHA, { ...BETA, signingKey: ALPHA.signingKey }, EXCHANGE],
    }),
    contradiction('address-twice', 'Two members with one ledger key.', 'organisations.1.ledgerAddress', {
      organisations: [ALPHA, { ...BETA, ledgerAddress: ALPHA.ledgerAddress }, EXCHANGE],
    }),
    contradiction('address-other-chain', 'An address of another chain.', 'organisations.0.ledgerAddress', {
      organisations: [
        {
          ...ALPHA,
          ledgerAddress: encodeAddress(testBytes('a', 20), parseAddressFormat('00d4f2a2', CHECKSUM)),
        },
        EXCHANGE,
      ],
    }),
    contradiction('exchange-missing', 'No exchange.', 'organisations', { organisations: [ALPHA, BETA] }),
    contradiction('exchange-twice', 'Two exchanges.', 'organisations', {
      organisations: [{ ...ALPHA, role: 'exchange' }, EXCHANGE],
    }),
    contradiction('hub-twice', 'Two hubs of one id.', 'hubs.1.id', { hubs: [HUB, { ...other, id: 'hub' }] }),
    contradiction('hub-name-twice', 'Two hubs that sign under one name.', 'hubs.1.name', {
      hubs: [HUB, { ...other, name: HUB.name }],
    }),
    contradiction('hub-key-twice', 'A key under two names: it would count twice.', 'hubs.1', {
      hubs: [HUB, { ...other, witnessKey: { ...other.witnessKey, mlDsa44: HUB.witnessKey.mlDsa44 } }],
    }),
    contradiction('hub-key-both', 'One key for log and witness.', 'hubs.0', {
      hubs: [{ ...HUB, witnessKey: { ...HUB.witnessKey, ed25519: HUB.logKeys.ed25519 } }],
    }),
    contradiction(
      'hub-named-origin',
      'A hub that signs as witness under the name of the log.',
      'hubs.0.name',
      { hubs: [{ ...HUB, name: log.origin }] },
    ),
    contradiction('streams-same', 'One stream for two purposes.', 'ledger.streams', {
      ledger: { ...ledger, streams: { proofs: 'proofs', rights: 'proofs' } },
    }),
    contradiction('quorum-too-large', 'A quorum that nobody can reach.', 'quorum.hubs', {
      quorum: { hubs: 2, witnesses: 0 },
    }),
    contradiction(
      'quorum-witnesses',
      'A quorum of witnesses, which this version does not have.',
      'quorum.witnesses',
      { quorum: { hubs: 1, witnesses: 1 } },
    ),
  ];
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
