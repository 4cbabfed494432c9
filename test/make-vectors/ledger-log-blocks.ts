import { createHash } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  buildItemTransaction,
  hash160,
  p2pkhScript,
  parseTransaction,
  pushData,
  serialiseBlock,
  serialiseTransaction,
  type Signer,
  streamCreationScript,
  streamEntity,
  streamItemScript,
  type Transaction,
  txidOf,
} from '@besure/ledger-tx';
import { concatBytes, encodeHex, encodeItem } from '@besure/protocol';
import { testBytes } from '../../libs/protocol/test/material.ts';
import { readLedgerLog } from './check-ledger-log.ts';
import type { Vector } from './vector.ts';

// Blocks for the vectors of the leaf rule. Signatures are real unless a case is about their form: whether they verify is for the ledger's nodes.

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

interface Publisher {
  readonly signer: Signer;
  readonly keyHash: Uint8Array;
}

function publisher(name: string): Publisher {
  const secret = testBytes(`ledger key of ${name}`, 32);
  const publicKey = secp256k1.getPublicKey(secret, true);
  const sign = (digest: Uint8Array): Uint8Array =>
    secp256k1.sign(digest, secret, { prehash: false, lowS: true });
  return { signer: { publicKey, sign }, keyHash: hash160(publicKey, sha256) };
}

export const ALPHA = publisher('alpha');
export const ALPHA_LATER = publisher('alpha, later');
export const BETA = publisher('beta');
export const STRANGER = publisher('a stranger');

/** From this height on alpha has its second key, and before it the first one. */
export const NEW_KEY = 1000;
export const SLOTS = { base: 500, startMillis: 1_795_341_000_000, lengthMillis: 300_000 };
const AHEAD = 7200;
export const HEIGHT = 812;
/** Of most blocks: three slots and a bit after the first one. */
export const TIME = SLOTS.startMillis / 1000 + 1000;
export const SLOT = SLOTS.base + 2;
export const FAREST =
  SLOTS.base + Math.floor(((TIME + AHEAD) * 1000 - SLOTS.startMillis) / SLOTS.lengthMillis);

/** The values of a charter that the rule goes by, as a vector holds them. */
export const ruleContent = (checkpointEvery = 1) => ({
  stream: 'proofs',
  slots: SLOTS,
  slotAheadSeconds: AHEAD,
  checkpointEvery,
  members: [
    {
      id: 'alpha',
      ledgerKeys: [
        { keyHash: encodeHex(ALPHA.keyHash), from: 0, until: NEW_KEY },
        { keyHash: encodeHex(ALPHA_LATER.keyHash), from: NEW_KEY, until: null },
      ],
    },
    { id: 'beta', ledgerKeys: [{ keyHash: encodeHex(BETA.keyHash), from: 0, until: null }] },
  ],
});

/** The creation of a stream. */
export function creation(name: string): Uint8Array {
  return free(`creation of ${name}`, [streamCreationScript(name)]);
}

/** A transaction of nobody in particular. */
export function free(name: string, scripts: readonly Uint8Array[]): Uint8Array {
  const input = {
    txid: encodeHex(testBytes(`input of ${name}`, 32)),
    vout: 0,
    script: pushData(testBytes(name, 8)),
    sequence: 0xffff_ffff,
  };
  const outputs = scripts.map((script) => ({ value: 0n, script }));
  return serialiseTransaction({ version: 1, inputs: [input], outputs, lockTime: 0 });
}

export const CREATION = creation('proofs');
export const ENTITY = streamEntity(txidOf(CREATION, sha256));
export const OTHER_ENTITY = streamEntity(txidOf(creation('rights'), sha256));

function root(name: string): Uint8Array {
  return testBytes(`root of ${name}`, 32);
}

/** A member's signed item; the name tells its root and funds from others. */
export function item(by: Publisher, slot: number, name = `slot ${slot}`): Uint8Array {
  const input = {
    txid: encodeHex(testBytes(`funds of ${name}`, 32)),
    vout: 1,
    script: p2pkhScript(by.keyHash),
  };
  const data = encodeItem({ slot, root: root(name) });
  return buildItemTransaction(
    { input, streamEntity: ENTITY, item: data, keyHash: by.keyHash },
    by.signer,
    sha256,
  ).raw;
}

/** The data of the item of alpha that most cases change, and its transaction. */
export const ITEM = encodeItem({ slot: SLOT, root: root(`slot ${SLOT}`) });
export const NO_BYTES = new Uint8Array(0);
export const GOOD = parseTransaction(item(ALPHA, SLOT));

/** That transaction with something changed. */
export function changed(change: Partial<Transaction>): Uint8Array {
  return serialiseTransaction({ ...GOOD, ...change });
}

/** With another script of its input. */
export function withInput(script: Uint8Array): Uint8Array {
  return changed({ inputs: GOOD.inputs.map((input) => ({ ...input, script })) });
}

/** With a signature of a length (its type included) that is none. */
export function withSignature(length: number, hashType: number): Uint8Array {
  const signature = Uint8Array.of(...testBytes('signature', length - 1), hashType);
  return withInput(concatBytes(pushData(signature), pushData(ALPHA.signer.publicKey)));
}

/** With another script of its first output. */
export function withFirst(script: Uint8Array): Uint8Array {
  return changed({ outputs: [{ value: 0n, script }, ...GOOD.outputs.slice(1)] });
}

/** With other data. */
export function withData(data: Uint8Array): Uint8Array {
  return withFirst(streamItemScript(ENTITY, [NO_BYTES], data));
}

function coinbase(height: number): Uint8Array {
  const script = pushData(Uint8Array.of(height & 255, height >> 8));
  const input = { txid: '0'.repeat(64), vout: 0xffff_ffff, script, sequence: 0xffff_ffff };
  const outputs = [{ value: 0n, script: p2pkhScript(testBytes('a miner', 20)) }];
  return serialiseTransaction({ version: 1, inputs: [input], outputs, lockTime: 0 });
}

/** What is known from the blocks below. */
export interface Before {
  readonly stream: string | null;
  readonly size: number;
  readonly dueSize: number;
  readonly taken: readonly { readonly member: string; readonly slot: number }[];
}

interface BlockOf {
  readonly height?: number;
  readonly time?: number;
  readonly transactions: readonly Uint8Array[];
}

const BEFORE: Before = { stream: txidOf(CREATION, sha256), size: 20, dueSize: 20, taken: [] };

/** Blocks that follow one another, each with a coinbase before what is given. */
export function rawBlocks(blocks: readonly BlockOf[]): { height: number; raw: Uint8Array }[] {
  let previous = encodeHex(testBytes('the block below', 32));
  return blocks.map(({ height = HEIGHT, time = TIME, transactions }) => {
    const raw = serialiseBlock(
      {
        version: 3,
        previous,
        time,
        bits: 0x2000ffff,
        nonce: height,
        transactions: [coinbase(height), ...transactions],
      },
      sha256,
    );
    previous = encodeHex(Uint8Array.from(sha256(sha256(raw.subarray(0, 80)))).reverse());
    return { height, raw };
  });
}

/** What a vector holds: blocks that follow one another, and what the rule makes of them. */
export function content(
  comment: string,
  blocks: readonly BlockOf[],
  options: { before?: Partial<Before>; every?: number } = {},
): Vector['content'] {
  const raws = rawBlocks(blocks).map(({ height, raw }) => ({ height, hex: encodeHex(raw) }));
  const input = {
    comment,
    rule: ruleContent(options.every),
    before: { ...BEFORE, ...options.before },
    blocks: raws,
  };
  return { ...input, ...readLedgerLog(input) };
}
