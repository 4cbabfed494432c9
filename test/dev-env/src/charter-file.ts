import { readFileSync, writeFileSync } from 'node:fs';
import { type Charter, formatTrust, type HubKeys, type KeyPair, parseCharter } from '@besure/governance';
import {
  type CheckpointSigner,
  loadCheckpointSigner,
  loadLedgerSigner,
  loadStatementSigner,
  loadWitnessKey,
} from '@besure/keys';
import { type AddressFormat, encodeAddress, hash160, parseAddressFormat } from '@besure/ledger-tx';
import { encodeBase64, encodeBase64url } from '@besure/protocol';
import type { OrganisationKeys } from './key-folder.js';
import type { HubMember, Member } from './members.js';
import type { Profile } from './profile.js';
import type { TimeStamps } from './time-stamps.js';

/** What of the ledger stands in a charter. */
export interface LedgerParameters {
  readonly chain: string;
  readonly genesis: string;
  readonly addressVersion: string;
  readonly addressChecksum: string;
  /** Address of the node that began it. */
  readonly founder: string;
}

const SLOT_AHEAD_SECONDS = 7200;
/** Two days: a token is made once a day, and may fail once. */
const TIME_STAMP_LAG_SECONDS = 172_800;

/** Composes a network's first charter from the public halves of its keys. */
export function composeCharter(input: {
  readonly network: string;
  readonly profile: Profile;
  readonly ledger: LedgerParameters;
  readonly startMillis: number;
  readonly organisations: readonly { readonly member: Member; readonly keys: OrganisationKeys }[];
  readonly hubs: readonly { readonly hub: HubMember; readonly keyFile: string }[];
  readonly timeStamps: TimeStamps | undefined;
}): Charter {
  const { network, profile } = input;
  const { founder, ...ledger } = input.ledger;
  const format = parseAddressFormat(ledger.addressVersion, ledger.addressChecksum);
  const charter: Charter = {
    format: 'besure-charter-v1',
    network,
    ledger: { ...ledger, streams: { proofs: 'proofs', rights: 'rights' }, finalDepth: profile.finalDepth },
    log: {
      origin: `besure.invalid/${network}/${ledger.genesis.slice(0, 16)}/proofs/0`,
      checkpointEvery: profile.checkpointEvery,
    },
    slots: { base: 0, startMillis: input.startMillis, lengthMillis: profile.slotMillis },
    limits: {
      agreementToleranceSeconds: profile.agreementToleranceSeconds,
      countersignatureDeadlineSeconds: profile.countersignatureDeadlineSeconds,
      largestLagSeconds: profile.largestLagSeconds,
      slotAheadSeconds: SLOT_AHEAD_SECONDS,
      timeStampLagSeconds: TIME_STAMP_LAG_SECONDS,
    },
    organisations: input.organisations.map(({ member, keys }) => ({
      id: member.id,
      name: member.name,
      role: member.role,
      from: 0,
      until: null,
      signingKeys: [{ key: signingKeyIn(keys), from: 0, until: null, compromisedFrom: null }],
      ledgerKeys: [{ address: addressIn(keys, format), from: 0, until: null }],
      seats: [{ key: seatIn(keys), from: 0, until: null }],
      suspensions: [],
    })),
    hubs: input.hubs.map(({ hub, keyFile }) => ({
      ...hub,
      // All hubs of a development network stand on one node.
      nodeAddress: founder,
      keys: [{ from: 0, until: null, ...hubKeysIn(keyFile) }],
    })),
    witnesses: input.organisations.map(({ member, keys }) => ({
      id: member.id,
      name: `${member.id}.besure.invalid/witness`,
      group: member.name,
      keys: [{ from: 0, until: null, mlDsa44: encodeBase64url(loadWitnessKey(keys.witnessKey).publicKey) }],
    })),
    quorum: { hubs: majorityOf(input.hubs.length), witnesses: majorityOf(input.organisations.length) },
    timeStampAuthorities: authoritiesOf(input.timeStamps),
    algorithms: { ES256: null, 'ML-DSA-44': null, 'SHA-256': null, 'SHA3-512': null },
    leastAssurance: 'recorded',
    // Several hubs of a development network all stand on this machine.
    board: {
      rule: { mode: 'majority' },
      hostingCapPercent: input.hubs.length > 1 ? 100 : 50,
      openProposals: 10,
      longestLifeBlocks: 1_000_000,
    },
    formerTerms: [],
  };
  return parseCharter(JSON.stringify(charter));
}

/** More than half. */
function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

function authoritiesOf(timeStamps: TimeStamps | undefined): Charter['timeStampAuthorities'] {
  if (timeStamps === undefined) return [];
  const certificate = encodeBase64(timeStamps.root);
  return [{ name: 'Authority on this machine', certificate, from: 0, until: null }];
}

/** The ledger address of an organisation. */
export function addressIn({ ledgerKey }: OrganisationKeys, format: AddressFormat): string {
  return encodeAddress(hash160(loadLedgerSigner(ledgerKey).publicKey), format);
}

/** The public half of an organisation's seat in the board. */
export function seatIn({ seat }: OrganisationKeys): string {
  return readFileSync(seat, 'utf8').trim();
}

/** The public key of an organisation's proofs. */
export function signingKeyIn({ signingKey, signingCertificate }: OrganisationKeys): string {
  const signer = loadStatementSigner({ keyFile: signingKey, certificateFile: signingCertificate });
  return encodeBase64url(signer.publicKey);
}

/** The public halves of a hub's keys. */
export function hubKeysIn(keyFile: string): Pick<HubKeys, 'log' | 'witness'> {
  const { log, witness } = loadCheckpointSigner(keyFile);
  return { log: publicPair(log), witness: publicPair(witness) };
}

function publicPair({ mlDsa44, ed25519 }: CheckpointSigner['log']): KeyPair {
  return { mlDsa44: encodeBase64url(mlDsa44.publicKey), ed25519: encodeBase64url(ed25519.publicKey) };
}

/** Writes the charter for the services and the trust file for verifiers. */
export function writeCharter(
  charter: Charter,
  files: { readonly charter: string; readonly trust: string },
): void {
  writeFileSync(files.charter, `${JSON.stringify(charter, null, 2)}\n`);
  writeFileSync(
    files.trust,
    formatTrust({ format: 'besure-trust-v0', genesis: charter.ledger.genesis, charter }),
  );
}
