import { randomBytes } from 'node:crypto';
import { expectedRights, parseCharter, type Charter } from '@besure/governance';
import { encodeAddress } from '@besure/ledger-tx';
import { encodeBase64url } from '@besure/protocol';
import { describe, expect, it } from 'vitest';
import { differences } from './compare.js';
import { parsePermissionsAnswer, type LedgerRights, type Permission } from './permissions-answer.js';

const format = { version: Uint8Array.of(0, 90, 3, 201), checksum: Uint8Array.of(1, 2, 3, 4) };
const addresses = [1, 2, 3].map((n) => encodeAddress(new Uint8Array(20).fill(n), format));
const node = encodeAddress(new Uint8Array(20).fill(9), format);
const stranger = encodeAddress(new Uint8Array(20).fill(8), format);
const END = 0xffff_ffff;

function key(bytes: number): string {
  return encodeBase64url(randomBytes(bytes));
}

const charter: Charter = parseCharter(
  JSON.stringify({
    format: 'besure-charter-v1',
    network: 'test',
    ledger: {
      chain: 'besure',
      genesis: '00'.repeat(32),
      addressVersion: '005a03c9',
      addressChecksum: '01020304',
      streams: { proofs: 'proofs', rights: 'rights' },
      finalDepth: 2,
    },
    log: { origin: 'log.example/proofs', checkpointEvery: 1 },
    slots: { base: 0, startMillis: 0, lengthMillis: 1_000 },
    limits: {
      agreementToleranceSeconds: 1,
      countersignatureDeadlineSeconds: 1,
      largestLagSeconds: 1,
      slotAheadSeconds: 1,
      timeStampLagSeconds: 1,
    },
    organisations: addresses.map((address, i) => ({
      id: `org-${i}`,
      name: 'name',
      role: i === 2 ? 'exchange' : 'organisation',
      from: 0,
      until: null,
      signingKeys: [
        {
          key: encodeBase64url(Uint8Array.of(4, ...randomBytes(64))),
          from: 0,
          until: null,
          compromisedFrom: null,
        },
      ],
      ledgerKeys: [{ address, from: 0, until: null }],
      seats: [{ key: encodeBase64url(Uint8Array.of(4, ...randomBytes(64))), from: 0, until: null }],
      suspensions: [],
    })),
    hubs: [
      {
        id: 'hub',
        name: 'hub.example',
        operator: 'Example',
        provider: 'example',
        nodeAddress: node,
        keys: [
          {
            from: 0,
            until: null,
            log: { mlDsa44: key(1312), ed25519: key(32) },
            witness: { mlDsa44: key(1312), ed25519: key(32) },
          },
        ],
      },
    ],
    witnesses: [],
    quorum: { hubs: 1, witnesses: 0 },
    timeStampAuthorities: [],
    algorithms: { ES256: null, 'ML-DSA-44': null, 'SHA-256': null, 'SHA3-512': null },
    leastAssurance: 'one-hub',
    board: {
      rule: { mode: 'majority' },
      hostingCapPercent: 100,
      openProposals: 10,
      longestLifeBlocks: 100_000,
    },
    formerTerms: [],
  }),
);

function right(address: string, type: string, stream: string | null = null): Permission {
  return { address, type, stream, startBlock: 0, endBlock: END };
}

const nodeRights = ['connect', 'send', 'receive', 'mine', 'admin', 'activate', 'create', 'issue'].map(
  (type) => right(node, type),
);
const asAgreed: LedgerRights = {
  height: 100,
  permissions: [
    ...expectedRights(charter, 101).map(({ address, stream, type }) => right(address, type, stream)),
    ...nodeRights,
    right(node, 'write', 'proofs'),
    right(node, 'admin', 'rights'),
  ],
  streams: [
    { name: 'proofs', restrictsWrite: true },
    { name: 'rights', restrictsWrite: true },
  ],
};

function changed(change: Partial<LedgerRights>): LedgerRights {
  return { ...asAgreed, ...change };
}

describe('what the ledger permits against the charter', () => {
  it('agrees', () => {
    expect(differences(charter, asAgreed)).toEqual([]);
  });

  it.each<[string, LedgerRights, unknown[]]>([
    [
      'a member lacks a right',
      changed({
        permissions: asAgreed.permissions.filter(
          (one) => !(one.address === addresses[1] && one.type === 'write'),
        ),
      }),
      [{ kind: 'missing', address: addresses[1], stream: 'proofs', type: 'write' }],
    ],
    [
      'a member’s right has not begun, or ends with this block',
      changed({
        permissions: asAgreed.permissions.map((one) => {
          if (one.address === addresses[0] && one.type === 'send') return { ...one, startBlock: 102 };
          return one.address === addresses[0] && one.type === 'receive' ? { ...one, endBlock: 101 } : one;
        }),
      }),
      [
        { kind: 'missing', address: addresses[0], stream: null, type: 'send' },
        { kind: 'missing', address: addresses[0], stream: null, type: 'receive' },
      ],
    ],
    [
      'a member has a right too many, even where it administers',
      changed({
        permissions: [
          ...asAgreed.permissions,
          right(addresses[0] ?? '', 'mine'),
          right(addresses[0] ?? '', 'admin'),
        ],
      }),
      [
        { kind: 'surplus', address: addresses[0], stream: null, type: 'mine' },
        { kind: 'surplus', address: addresses[0], stream: null, type: 'admin' },
      ],
    ],
    [
      'a stranger has a right',
      changed({ permissions: [...asAgreed.permissions, right(stranger, 'write', 'proofs')] }),
      [{ kind: 'surplus', address: stranger, stream: 'proofs', type: 'write' }],
    ],
    [
      'a stranger administers, by the will of one hub alone',
      changed({ permissions: [...asAgreed.permissions, right(stranger, 'admin')] }),
      [{ kind: 'surplus', address: stranger, stream: null, type: 'admin' }],
    ],
    [
      'an open stream',
      changed({
        streams: asAgreed.streams.map((one) => ({ ...one, restrictsWrite: one.name !== 'proofs' })),
      }),
      [{ kind: 'open-stream', stream: 'proofs' }],
    ],
    [
      'a stream that is not there',
      changed({ streams: asAgreed.streams.slice(0, 1) }),
      [{ kind: 'no-stream', stream: 'rights' }],
    ],
  ])('%s', (_name, rights, expected) => {
    expect(differences(charter, rights)).toEqual(expected);
  });

  it('a chain before its founding lacks everything', () => {
    const found = differences(charter, { height: 1, permissions: nodeRights, streams: [] });
    expect(found.map(({ kind }) => kind)).toEqual([
      'no-stream',
      'no-stream',
      // Three rights of each of three members; the node has all but the one to write notes.
      ...Array.from({ length: 10 }, () => 'missing'),
    ]);
  });
});

describe('the ledger-writer’s answer', () => {
  it('is read', () => {
    expect(parsePermissionsAnswer({ ok: true, ...asAgreed })).toEqual(asAgreed);
  });

  it.each([null, {}, { ...asAgreed, height: 'high' }, { ...asAgreed, permissions: [{ address: 1 }] }])(
    'is refused: %j',
    (value) => {
      expect(() => parsePermissionsAnswer(value)).toThrow('something else than permissions');
    },
  );
});
