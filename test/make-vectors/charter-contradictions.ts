import { encodeAddress, parseAddressFormat } from '@besure/ledger-tx';
import { testBytes } from '../../libs/protocol/test/material.ts';
import { boardContradictions, memberContradictions } from './charter-board.ts';
import {
  ALPHA,
  AUTHORITY,
  BETA,
  CHARTER,
  CHECKSUM,
  COLLISION,
  EXCHANGE,
  HUB,
  HUB_KEYS,
  LATER_KEY,
  SIGNING_KEY,
  address,
  contradiction,
  hub,
  hubKeys,
  witness,
} from './charter-material.ts';
import type { Vector } from './vector.ts';

/** Charters of which every member is right by itself. */
export function contradictions(): Vector[] {
  const { ledger, log } = CHARTER;
  const other = hub('second');
  const otherKeys = hubKeys('second');
  return [
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
    ...memberContradictions(),
    ...boardContradictions(),
    contradiction(
      'origin-rights',
      'A hub that signs as witness under the name of the log of rights.',
      'hubs.0.name',
      {
        hubs: [{ ...HUB, name: `${log.origin}/rights` }],
      },
    ),
    contradiction(
      'origin-no-room',
      'An origin of 249 bytes: that of the log of rights would be too long.',
      'log.origin',
      {
        log: { ...log, origin: 'o'.repeat(249) },
      },
    ),
    contradiction('node-address-other-chain', 'A node address of another chain.', 'hubs.0.nodeAddress', {
      hubs: [
        { ...HUB, nodeAddress: encodeAddress(testBytes('a', 20), parseAddressFormat('00d4f2a2', CHECKSUM)) },
      ],
    }),
    contradiction(
      'node-address-of-member',
      'A node with the address of a member: what may administer would be what publishes.',
      'organisations.0.ledgerKeys.0.address',
      { hubs: [{ ...HUB, nodeAddress: ALPHA.ledgerKeys[0]!.address }] },
    ),
    contradiction('quorum-witnesses', 'A quorum of witnesses, of which there are none.', 'quorum.witnesses', {
      quorum: { hubs: 1, witnesses: 1 },
    }),
  ];
}
