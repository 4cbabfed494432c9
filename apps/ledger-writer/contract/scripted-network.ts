import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Charter, Hub } from '@besure/governance';
import { parseCharter } from '@besure/governance';
import {
  generateHubKeys,
  generateLedgerKey,
  nodePrimitives,
  type CheckpointSigner,
  type LedgerSigner,
} from '@besure/keys';
import {
  buildItemTransaction,
  encodeAddress,
  hash160,
  p2pkhScript,
  toHex,
  type ItemTransaction,
} from '@besure/ledger-tx';
import { encodeBase64url, encodeItem } from '@besure/protocol';
import { ScriptedChain } from './scripted-chain.js';

const { sha256 } = nodePrimitives;

/** A member of a made-up network, who can sign items. */
export interface TestMember {
  readonly id: string;
  readonly signer: LedgerSigner;
  readonly keyHash: Uint8Array;
  readonly address: string;
}

/** A network on a scripted chain. */
export interface TestNetwork {
  readonly chain: ScriptedChain;
  readonly charter: Charter;
  readonly members: readonly [TestMember, TestMember, TestMember];
  /** The key of nobody in the charter. */
  readonly stranger: TestMember;
  readonly hubs: readonly {
    readonly hub: Hub;
    readonly signer: CheckpointSigner;
    readonly keyFile: string;
  }[];
}

/** Slot 1000 starts an hour ago; slots of a second. */
const SLOTS = { base: 1_000, startMillis: Date.now() - 3_600_000, lengthMillis: 1_000 };

/** Makes keys and a charter for a new chain. */
export function makeNetwork(
  options: { finalDepth?: number; checkpointEvery?: number; hubs?: number } = {},
): TestNetwork {
  const chain = new ScriptedChain();
  const folder = mkdtempSync(join(tmpdir(), 'besure-hub-'));
  const member = (id: string): TestMember => {
    const signer = generateLedgerKey(join(folder, `${id}.key`));
    const keyHash = hash160(signer.publicKey, sha256);
    return { id, signer, keyHash, address: encodeAddress(keyHash, chain.addressFormat, sha256) };
  };
  const members = [member('alpha'), member('beta'), member('exchange')] as const;
  const keys = Array.from({ length: options.hubs ?? 1 }, (_, i) => {
    const keyFile = join(folder, `hub-${i}.json`);
    return { keyFile, signer: generateHubKeys(keyFile) };
  });
  const charter = parseCharter(
    JSON.stringify({
      format: 'besure-charter-v0',
      network: 'test',
      ledger: {
        chain: chain.chain,
        genesis: chain.hash(0),
        addressVersion: toHex(chain.addressFormat.version),
        addressChecksum: toHex(chain.addressFormat.checksum),
        streams: { proofs: 'proofs', rights: 'rights' },
        finalDepth: options.finalDepth ?? 2,
      },
      log: { origin: 'test.example/proofs', checkpointEvery: options.checkpointEvery ?? 1 },
      slots: SLOTS,
      limits: {
        agreementToleranceSeconds: 300,
        countersignatureDeadlineSeconds: 60,
        largestLagSeconds: 3600,
      },
      organisations: members.map(({ id, address }) => ({
        id,
        name: id,
        role: id === 'exchange' ? 'exchange' : 'organisation',
        signingKey: encodeBase64url(Uint8Array.of(4, ...randomBytes(64))),
        ledgerAddress: address,
      })),
      hubs: keys.map(({ signer }, i) => ({
        id: `hub-${i}`,
        name: `hub-${i}.example`,
        provider: 'example',
        logKeys: {
          ed25519: encodeBase64url(signer.log.ed25519.publicKey),
          mlDsa44: encodeBase64url(signer.log.mlDsa44.publicKey),
        },
        witnessKey: {
          mlDsa44: encodeBase64url(signer.witness.mlDsa44.publicKey),
          ed25519: encodeBase64url(signer.witness.ed25519.publicKey),
        },
      })),
      quorum: { hubs: keys.length, witnesses: 0 },
      leastAssurance: 'one-hub',
    }),
  );
  const hubs = charter.hubs.map((hub, i) => {
    const key = keys[i];
    if (key === undefined) throw new Error('as many keys as hubs');
    return { hub, ...key };
  });
  return { chain, charter, members, stranger: member('stranger'), hubs };
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
