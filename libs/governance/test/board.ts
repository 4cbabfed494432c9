import {
  attachSignature,
  encodeBase64url,
  encodeRightsEntry,
  encodeRightsItem,
  type Primitives,
  utf8Encode,
} from '@besure/protocol';
import { sha256 } from '@noble/hashes/sha2.js';
import { sha3_512 } from '@noble/hashes/sha3.js';
import { testBytes, testKey, verifyP256 } from '@besure/protocol/test-material';
import { encodeAddress, parseAddressFormat } from '@besure/ledger-tx';
import {
  type BoardRule,
  type Change,
  type Charter,
  formatCharter,
  type NoteContent,
  parseCharter,
  parseNote,
  prepareNote,
} from '../dist/index.js';

// From what is built, so that node runs it too.

// A board whose members and keys everybody can make again: notes, entries and a first charter.

const verified = new Map<string, boolean>();

/** Histories are replayed more than once; the same signature is worked out but once. */
function remembered(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const asked = [publicKey, message, signature].map(encodeBase64url).join(' ');
  const known = verified.get(asked) ?? verifyP256(publicKey, message, signature);
  verified.set(asked, known);
  return known;
}

export const primitives: Primitives = {
  sha256,
  sha3_512,
  verifyP256: remembered,
  verifyEd25519: () => false,
  verifyMlDsa44: () => false,
};

const VERSION = '00d4f2a1';
const CHECKSUM = '7e3c1a55';
const format = parseAddressFormat(VERSION, CHECKSUM);

/** Public half of a P-256 key of that name, as charters hold it. */
export function point(name: string): string {
  return encodeBase64url(testKey(name).publicKey);
}

/** An address of this chain. */
export function address(name: string): string {
  return encodeAddress(testBytes(name, 20), format);
}

/** Raw bytes of a key of another algorithm. */
export function raw(name: string, length: number): string {
  return encodeBase64url(testBytes(name, length));
}

/** What a hub is admitted with. */
export function hubKeys(id: string): Pick<Charter['hubs'][number]['keys'][number], 'log' | 'witness'> {
  return {
    log: { mlDsa44: raw(`${id} log`, 1312), ed25519: raw(`${id} log`, 32) },
    witness: { mlDsa44: raw(`${id} witness`, 1312), ed25519: raw(`${id} witness`, 32) },
  };
}

/** A first charter: the members, the last of which is the exchange, each with one seat. */
export function charterOf(
  members: readonly string[] = ['alpha', 'beta', 'exchange'],
  board: Partial<Charter['board']> & { readonly rule: BoardRule } = { rule: { mode: 'majority' } },
): Charter {
  const always = { from: 0, until: null };
  return parseCharter(
    JSON.stringify({
      format: 'besure-charter-v1',
      network: 'test',
      ledger: {
        chain: 'besure-test',
        genesis: '07'.repeat(32),
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
      board: { hostingCapPercent: 50, openProposals: 10, longestLifeBlocks: 1000, ...board },
      formerTerms: [],
      organisations: members.map((id, i) => ({
        id,
        name: `Member ${id}`,
        role: i === members.length - 1 ? 'exchange' : 'organisation',
        ...always,
        signingKeys: [{ key: point(`${id} signing`), ...always, compromisedFrom: null }],
        ledgerKeys: [{ address: address(`${id} ledger`), ...always }],
        seats: [{ key: point(`${id} seat`), ...always }],
        suspensions: [],
      })),
      hubs: [
        {
          id: 'hub',
          name: 'hub.example',
          operator: 'First operator',
          provider: 'First provider',
          nodeAddress: address('hub node'),
          keys: [{ ...always, ...hubKeys('hub') }],
        },
      ],
      witnesses: [],
      timeStampAuthorities: [],
      algorithms: { ES256: null, 'ML-DSA-44': null, 'SHA-256': null, 'SHA3-512': null },
    }),
  );
}

/** What an organisation of that name is admitted with. */
export function admission(id: string): Change {
  return {
    kind: 'admit-organisation',
    organisation: id,
    name: `Member ${id}`,
    signingKey: point(`${id} signing`),
    ledgerAddress: address(`${id} ledger`),
    seats: [point(`${id} seat`)],
  };
}

/** A change of terms, of which only what is given changes. */
export function termsWith(values: Partial<Omit<Extract<Change, { kind: 'change-terms' }>, 'kind'>>): Change {
  return {
    kind: 'change-terms',
    limits: null,
    quorum: null,
    leastAssurance: null,
    board: null,
    algorithms: null,
    ...values,
  };
}

/** The admission of a hub at a provider, with an operator of its own. */
export function hubAdmission(id: string, provider: string): Change {
  return {
    kind: 'admit-hub',
    hub: id,
    name: `${id}.example`,
    operator: `Operator of ${id}`,
    provider,
    nodeAddress: address(`${id} node`),
    ...hubKeys(id),
  };
}

/** A signed note, and its id. `seat` is the name of the key that signs, by default the member's own. */
export function note(content: NoteContent, seat = `${content.member} seat`): { jws: string; id: string } {
  const key = testKey(seat);
  const signingInput = prepareNote(content, encodeBase64url(key.publicKey));
  const jws = attachSignature(signingInput, key.sign(utf8Encode(signingInput)));
  return { jws, id: parseNote(jws, sha256).id };
}

/** An entry of the log of rights: blocks of that height come ten seconds apart. */
export function entry(
  height: number,
  content: { readonly charter: Charter } | { readonly jws: string },
  hub = 'hub',
): Uint8Array {
  const item =
    'charter' in content
      ? encodeRightsItem({ kind: 'charter', content: utf8Encode(formatCharter(content.charter)) })
      : encodeRightsItem({ kind: 'note', content: utf8Encode(content.jws) });
  return encodeRightsEntry({
    publisher: testBytes(hub, 20),
    height,
    time: 1_795_341_000 + 10 * height,
    item,
  });
}
