import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Charter, Hub, KeyPair, Witness } from '@besure/governance';
import { parseCharter } from '@besure/governance';
import {
  generateHubKeys,
  generateLedgerKey,
  generateWitnessKey,
  nodePrimitives,
  type CheckpointSigner,
  type LedgerSigner,
  type MessageSigner,
} from '@besure/keys';
import {
  buildItemTransaction,
  encodeAddress,
  hash160,
  p2pkhScript,
  parseAddressFormat,
  toHex,
  type ItemTransaction,
} from '@besure/ledger-tx';
import { encodeBase64url, encodeItem } from '@besure/protocol';
import { type TestKey, testKey } from '@besure/protocol/test-material';
import { ScriptedChain } from './scripted-chain.js';

const { sha256 } = nodePrimitives;

/** A member of a made-up network, who can sign items. */
export interface TestMember {
  readonly id: string;
  readonly signer: LedgerSigner;
  readonly keyHash: Uint8Array;
  readonly address: string;
  /** Who speaks for it in the board. */
  readonly seat: TestKey;
}

/** A hub of a made-up network with its keys. */
export interface TestHub {
  readonly hub: Hub;
  readonly signer: CheckpointSigner;
}

/** A witness of a made-up network, which can cosign. */
export interface TestWitness {
  readonly witness: Witness;
  readonly signer: MessageSigner;
}

/** Members, hubs, witnesses and the charter that names them. */
export interface TestCharter {
  readonly charter: Charter;
  readonly members: readonly [TestMember, TestMember, TestMember];
  /** The key of nobody in the charter. */
  readonly stranger: TestMember;
  readonly hubs: readonly TestHub[];
  readonly witnesses: readonly TestWitness[];
}

/** A network on a scripted chain. */
export interface TestNetwork extends TestCharter {
  readonly chain: ScriptedChain;
}

/** What a chain says of itself, and what a test wants otherwise than usual. */
export interface CharterOptions {
  readonly chain: string;
  readonly genesis: string;
  readonly addressVersion: string;
  readonly addressChecksum: string;
  readonly finalDepth?: number;
  readonly checkpointEvery?: number;
  readonly hubs?: number;
  /** That all hubs share; one of its own for each without it. */
  readonly nodeAddress?: string;
  /** Makes one that a node has. */
  readonly newNodeAddress?: () => string;
  readonly witnesses?: number;
  /** All hubs and no witness unless said otherwise. */
  readonly quorum?: Charter['quorum'];
}

/** Slot 1000 started an hour ago; slots of a second. */
const SLOTS = { base: 1_000, startMillis: Date.now() - 3_600_000, lengthMillis: 1_000 };

/** Makes keys and a charter for a new scripted chain. */
export function makeNetwork(
  options: Pick<
    CharterOptions,
    'finalDepth' | 'checkpointEvery' | 'hubs' | 'nodeAddress' | 'witnesses' | 'quorum'
  > = {},
): TestNetwork {
  const chain = new ScriptedChain();
  return {
    chain,
    ...makeCharter({
      ...options,
      newNodeAddress: () => chain.newAddress(),
      chain: chain.chain,
      genesis: chain.hash(0),
      addressVersion: toHex(chain.addressFormat.version),
      addressChecksum: toHex(chain.addressFormat.checksum),
    }),
  };
}

/** Makes keys and a charter for a chain. */
export function makeCharter(options: CharterOptions): TestCharter {
  const { chain, genesis, addressVersion, addressChecksum, finalDepth, checkpointEvery } = options;
  const format = parseAddressFormat(addressVersion, addressChecksum);
  const folder = mkdtempSync(join(tmpdir(), 'besure-hub-'));
  const member = (id: string): TestMember => {
    const signer = generateLedgerKey(join(folder, `${id}.key`));
    const keyHash = hash160(signer.publicKey, sha256);
    const seat = testKey(`seat of ${id}`);
    return { id, signer, keyHash, seat, address: encodeAddress(keyHash, format, sha256) };
  };
  const members = [member('alpha'), member('beta'), member('exchange')] as const;
  const stranger = member('stranger');
  const keys = Array.from({ length: options.hubs ?? 1 }, (_, i) => {
    return { signer: generateHubKeys(join(folder, `hub-${i}.json`)) };
  });
  const witnessSigners = Array.from({ length: options.witnesses ?? 0 }, (_, i) =>
    generateWitnessKey(join(folder, `witness-${i}.pem`)),
  );
  // Who signs has the keys in memory.
  rmSync(folder, { recursive: true });
  const charter = parseCharter(
    JSON.stringify({
      format: 'besure-charter-v1',
      network: 'test',
      ledger: {
        chain,
        genesis,
        addressVersion,
        addressChecksum,
        streams: { proofs: 'proofs', rights: 'rights' },
        finalDepth: finalDepth ?? 2,
      },
      log: { origin: 'test.example/proofs', checkpointEvery: checkpointEvery ?? 1 },
      slots: SLOTS,
      limits: {
        agreementToleranceSeconds: 300,
        countersignatureDeadlineSeconds: 60,
        largestLagSeconds: 3600,
        slotAheadSeconds: 7200,
        timeStampLagSeconds: 172_800,
      },
      organisations: members.map(({ id, address, seat }) => ({
        id,
        name: id,
        role: id === 'exchange' ? 'exchange' : 'organisation',
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
        seats: [{ key: encodeBase64url(seat.publicKey), from: 0, until: null }],
        suspensions: [],
      })),
      hubs: keys.map(({ signer }, i) => ({
        id: `hub-${i}`,
        name: `hub-${i}.example`,
        operator: `Operator ${i}`,
        provider: 'example',
        nodeAddress:
          options.nodeAddress ?? options.newNodeAddress?.() ?? encodeAddress(randomBytes(20), format, sha256),
        keys: [{ from: 0, until: null, log: rawKeys(signer.log), witness: rawKeys(signer.witness) }],
      })),
      witnesses: witnessSigners.map(({ publicKey }, i) => ({
        id: `witness-${i}`,
        name: `witness-${i}.example`,
        group: `Group ${i}`,
        keys: [{ from: 0, until: 4_000_000_000, mlDsa44: encodeBase64url(publicKey) }],
      })),
      quorum: options.quorum ?? { hubs: keys.length, witnesses: 0 },
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
  const hubs = charter.hubs.map((hub, i) => {
    const key = keys[i];
    if (key === undefined) throw new Error('as many keys as hubs');
    return { hub, ...key };
  });
  const witnesses = charter.witnesses.map((witness, i) => ({ witness, signer: witnessSigners[i]! }));
  return { charter, members, stranger, hubs, witnesses };
}

function rawKeys(pair: CheckpointSigner['log']): KeyPair {
  return {
    mlDsa44: encodeBase64url(pair.mlDsa44.publicKey),
    ed25519: encodeBase64url(pair.ed25519.publicKey),
  };
}

/** A root that can be told from others. */
export function rootOf(text: string): Uint8Array {
  return sha256(Buffer.from(text));
}

/** An item transaction that spends an output which the chain is not asked about. */
export function itemBy(
  member: TestMember,
  entity: Uint8Array,
  slot: number,
  root: Uint8Array = rootOf(`${member.id} ${slot}`),
  input: { txid: string; vout: number; script: Uint8Array } = {
    txid: randomBytes(32).toString('hex'),
    vout: 0,
    script: p2pkhScript(member.keyHash),
  },
): ItemTransaction {
  return buildItemTransaction(
    { input, streamEntity: entity, item: encodeItem({ slot, root }), keyHash: member.keyHash },
    member.signer,
    sha256,
  );
}
