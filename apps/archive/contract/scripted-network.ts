import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Charter, type KeyPair, parseCharter, slotAt, slotIat } from '@besure/governance';
import {
  type CheckpointSigner,
  type FactsVault,
  type LedgerSigner,
  type StatementSigner,
  generateHubKeys,
  generateLedgerKey,
  generateStatementKey,
  nodePrimitives,
} from '@besure/keys';
import { encodeAddress, hash160, parseAddressFormat } from '@besure/ledger-tx';
import {
  CLAIM_NAMES,
  type Facts,
  type SlotTree,
  attachSignature,
  buildSlotTree,
  claimsOf,
  encodeAttachment,
  encodeBase64,
  encodeBase64url,
  encodeHex,
  prepareCountersignature,
  prepareStatement,
  sealedToJson,
  statementLeaf,
} from '@besure/protocol';
import { TEST_AUTHORITY } from '@besure/time-stamp/test-authority';

const { sha256 } = nodePrimitives;
const ADDRESS_FORMAT = parseAddressFormat('00', '00000000');

/** A member with its keys. */
export interface Member {
  readonly id: string;
  readonly signer: StatementSigner;
  readonly ledger: LedgerSigner;
  readonly keyHash: Uint8Array;
}

/** A statement that a member made, with its ten disclosures and the exchange's countersignature if it has one. */
export interface Stated {
  readonly id: string;
  readonly issuer: string;
  readonly counterpart: string;
  readonly jws: string;
  readonly disclosures: readonly string[];
  readonly countersignature: string | null;
}

/** A slot of a member: its statements under one root. */
export interface RecordedSlot {
  readonly by: string;
  readonly slot: number;
  readonly tree: SlotTree;
  readonly statements: readonly Stated[];
}

/** Two organisations, an exchange and a hub, with real keys: what proof and the ledger would make, made on demand. */
export class ScriptedNetwork {
  readonly charter: Charter;
  readonly hub: CheckpointSigner;
  /**
   * The slot before the one in which the network was made: closed, and not long ago. It stays the same, or a slow test
   * would sign in a later slot than the one that it records.
   */
  readonly lastSlot: number;
  readonly #members: ReadonlyMap<string, Member>;
  #message = 0;

  private constructor(charter: Charter, hub: CheckpointSigner, members: readonly Member[]) {
    this.charter = charter;
    this.hub = hub;
    this.lastSlot = slotAt(charter, Date.now()) - 1;
    this.#members = new Map(members.map((member) => [member.id, member]));
  }

  /** Makes keys in a folder, and a charter of them. */
  static async make(folder: string): Promise<ScriptedNetwork> {
    const members = await Promise.all(['alpha', 'beta', 'exchange'].map((id) => makeMember(folder, id)));
    const hub = generateHubKeys(join(folder, 'hub.json'));
    return new ScriptedNetwork(makeCharter(members, hub), hub, members);
  }

  member(id: string): Member {
    const member = this.#members.get(id);
    if (member === undefined) throw new RangeError(`no member ${id}`);
    return member;
  }

  /** A statement of alpha that it sent a document to beta, of which the facts can be changed. */
  state(change: Partial<Facts> = {}, issuer = 'alpha', iat = slotIat(this.charter, this.lastSlot)): Stated {
    this.#message += 1;
    const facts: Facts = {
      event: 'sent',
      reason: null,
      time: new Date(Date.now() - 1000).toISOString(),
      message: `message-${this.#message}`,
      sender: { scheme: 'person', id: '85.07.30-033.61', organisation: 'alpha' },
      recipient: { scheme: 'person', id: '90.01.01-123.45', organisation: 'beta' },
      document: {
        mediaType: 'text/plain',
        size: 4,
        sha256: encodeBase64url(randomBytes(32)),
        sha3_512: encodeBase64url(randomBytes(64)),
      },
      corrects: null,
      ...change,
    };
    const { signer } = this.member(issuer);
    const claims = claimsOf(facts);
    const salts = CLAIM_NAMES.map(() => new Uint8Array(randomBytes(16)));
    const prepared = prepareStatement(
      { claims, issuer, iat, certificates: signer.certificates, salts },
      sha256,
    );
    return {
      id: prepared.id,
      issuer,
      counterpart:
        facts.sender.organisation === issuer ? facts.recipient.organisation : facts.sender.organisation,
      jws: attachSignature(prepared.signingInput, signer.sign(prepared.signingInput)),
      disclosures: prepared.disclosures,
      countersignature: null,
    };
  }

  /** The same statement with the exchange's countersignature. */
  countersign(stated: Stated, iat = slotIat(this.charter, this.lastSlot)): Stated {
    const signingInput = prepareCountersignature({
      statement: stated.id,
      issuer: 'exchange',
      iat,
      checked: CLAIM_NAMES,
      tolerance: this.charter.limits.agreementToleranceSeconds,
    });
    const signature = this.member('exchange').signer.sign(signingInput);
    return { ...stated, countersignature: attachSignature(signingInput, signature) };
  }

  /** Puts statements under one root. */
  record(by: string, slot: number, statements: readonly Stated[]): RecordedSlot {
    const tree = buildSlotTree(
      statements.map((one) => statementLeaf(one.jws, one.countersignature, sha256)),
      (length) => new Uint8Array(randomBytes(length)),
      sha256,
    );
    return { by, slot, tree, statements };
  }
}

/** What proof published about a slot in version 1: data and attachment of `StatementsRecorded`. */
export function recordedEvent(
  { by, slot, tree, statements }: RecordedSlot,
  vault: FactsVault,
): { readonly type: 'StatementsRecorded'; readonly data: object; readonly attachment: Uint8Array } {
  return {
    type: 'StatementsRecorded',
    data: {
      by,
      slot,
      root: encodeHex(tree.root),
      entries: statements.map((one, at) => ({
        event: null,
        statement: one.id,
        issuer: one.issuer,
        counterpart: one.counterpart,
        index: tree.leaves[at]!.index,
      })),
    },
    attachment: encodeAttachment(
      statements.map((one, at) => {
        const { ciphertext, wrappedKey } = vault.seal(Buffer.from(one.disclosures.join('~')));
        return {
          jws: one.jws,
          countersignature: one.countersignature,
          path: tree.leaves[at]!.path.map(encodeBase64),
          openings: sealedToJson({ ciphertext, key: wrappedKey }),
        };
      }),
    ),
  };
}

async function makeMember(folder: string, id: string): Promise<Member> {
  const files = { keyFile: join(folder, `${id}.key`), certificateFile: join(folder, `${id}.crt`) };
  const signer = await generateStatementKey(files, {
    organisation: id,
    notBefore: new Date('2026-01-01'),
    notAfter: new Date('2036-01-01'),
  });
  const ledger = generateLedgerKey(join(folder, `${id}.ledger`));
  return { id, signer, ledger, keyHash: hash160(ledger.publicKey, sha256) };
}

function makeCharter(members: readonly Member[], hub: CheckpointSigner): Charter {
  return parseCharter(
    JSON.stringify({
      format: 'besure-charter-v1',
      network: 'scripted',
      ledger: {
        chain: 'scripted',
        genesis: '00'.repeat(32),
        addressVersion: '00',
        addressChecksum: '00000000',
        streams: { proofs: 'proofs', rights: 'rights' },
        finalDepth: 2,
      },
      log: { origin: 'scripted.example/proofs', checkpointEvery: 1 },
      // Not every second is the start of one.
      slots: { base: 1, startMillis: 1_767_225_600_000, lengthMillis: 2000 },
      limits: {
        agreementToleranceSeconds: 300,
        countersignatureDeadlineSeconds: 60,
        largestLagSeconds: 3600,
        slotAheadSeconds: 7200,
        timeStampLagSeconds: 172_800,
      },
      organisations: members.map(({ id, signer, keyHash }) => ({
        id,
        name: id,
        role: id === 'exchange' ? 'exchange' : 'organisation',
        from: 0,
        until: null,
        signingKeys: [
          { key: encodeBase64url(signer.publicKey), from: 0, until: null, compromisedFrom: null },
        ],
        ledgerKeys: [{ address: encodeAddress(keyHash, ADDRESS_FORMAT), from: 0, until: null }],
        seats: [{ key: encodeBase64url(Uint8Array.of(4, ...randomBytes(64))), from: 0, until: null }],
        suspensions: [],
      })),
      hubs: [
        {
          id: 'hub',
          name: 'hub.example',
          operator: 'Us',
          provider: 'here',
          nodeAddress: encodeAddress(randomBytes(20), ADDRESS_FORMAT),
          keys: [{ from: 0, until: null, log: rawKeys(hub.log), witness: rawKeys(hub.witness) }],
        },
      ],
      witnesses: [],
      quorum: { hubs: 1, witnesses: 0 },
      timeStampAuthorities: [
        { name: 'test', certificate: encodeBase64(TEST_AUTHORITY.root), from: 0, until: null },
      ],
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
}

function rawKeys(pair: CheckpointSigner['log']): KeyPair {
  return {
    ed25519: encodeBase64url(pair.ed25519.publicKey),
    mlDsa44: encodeBase64url(pair.mlDsa44.publicKey),
  };
}
