import type {
  Charter,
  Hub,
  HubKeys,
  Organisation,
  SigningKey,
  TimeStampAuthority,
  Witness,
} from '@besure/governance';
import { encodeAddress, parseAddressFormat } from '@besure/ledger-tx';
import { encodeBase64, encodeBase64url, encodeHex } from '@besure/protocol';
import { testBytes, testKey } from '../../libs/protocol/test/material.ts';
import type { Vector } from './vector.ts';

const VERSION = '00d4f2a1';
export const CHECKSUM = '7e3c1a55';
const format = parseAddressFormat(VERSION, CHECKSUM);

export function member(id: string, role: Organisation['role']): Organisation {
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
    seats: [{ key: encodeBase64url(testKey(`seat of ${id}`).publicKey), from: 0, until: null }],
    suspensions: [],
  };
}

export function address(name: string): string {
  return encodeAddress(testBytes(name, 20), format);
}

export function key(name: string, length: number): string {
  return encodeBase64url(testBytes(name, length));
}

export function hubKeys(id: string, from = 0, until: number | null = null): HubKeys {
  return {
    from,
    until,
    log: { mlDsa44: key(`${id} log ml-dsa-44`, 1312), ed25519: key(`${id} log ed25519`, 32) },
    witness: { mlDsa44: key(`${id} witness ml-dsa-44`, 1312), ed25519: key(`${id} witness ed25519`, 32) },
  };
}

export function hub(id: string): Hub {
  return {
    id,
    name: `${id}.besure.example`,
    operator: `Operator of ${id}`,
    provider: `Data centre of ${id}`,
    nodeAddress: address(`node of ${id}`),
    keys: [hubKeys(id)],
  };
}

export function witness(id: string): Witness {
  return {
    id,
    name: `archive.${id}.besure.example`,
    group: `Test member ${id}`,
    keys: [{ from: 0, until: null, mlDsa44: key(`${id} archive ml-dsa-44`, 1312) }],
  };
}

/** The charter of these vectors. */
export const CHARTER: Charter = {
  format: 'besure-charter-v1',
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
  quorum: { hubs: 1, witnesses: 0 },
  leastAssurance: 'one-hub',
  board: { rule: { mode: 'majority' }, hostingCapPercent: 50, openProposals: 3, longestLifeBlocks: 1000 },
  formerTerms: [],
  organisations: [
    member('alpha', 'organisation'),
    member('beta', 'organisation'),
    member('exchange', 'exchange'),
  ],
  hubs: [hub('hub')],
  witnesses: [],
  timeStampAuthorities: [],
  algorithms: { ES256: null, 'ML-DSA-44': null, 'SHA-256': null, 'SHA3-512': null },
};
export const [ALPHA, BETA, EXCHANGE] = CHARTER.organisations as [Organisation, Organisation, Organisation];
export const [HUB] = CHARTER.hubs as [Hub];
export const [SIGNING_KEY] = ALPHA.signingKeys as [SigningKey];
export const [HUB_KEYS] = HUB.keys as [HubKeys];
export const LATER_KEY: SigningKey = {
  ...SIGNING_KEY,
  key: encodeBase64url(testKey('alpha later').publicKey),
};
export const WITNESSES: readonly Witness[] = ['alpha', 'beta', 'exchange'].map(witness);
export const AUTHORITY: TimeStampAuthority = {
  name: 'Test time stamps',
  certificate: encodeBase64(testBytes('certificate of an authority', 300)),
  from: 0,
  until: null,
};
/** Two keys whose key ids under one name are the same; found by trying. */
export const COLLISION: Pick<Witness, 'name' | 'keys'> = {
  name: 'archive.alpha.besure.example',
  keys: [
    { from: 0, until: 100, mlDsa44: key('colliding key 4993', 1312) },
    { from: 100, until: null, mlDsa44: key('colliding key 105214', 1312) },
  ],
};

/** This charter with something replaced; compact, so that the fault is easier to find. */
export function changed(other: object): string {
  return JSON.stringify({ ...CHARTER, ...other });
}

/** A charter of which every member is right by itself. */
export function contradiction(name: string, comment: string, field: string, other: object): Vector {
  const error = { code: 'rule', field };
  return { format: 'charter', kind: 'invalid', name, content: { comment, text: changed(other), error } };
}
