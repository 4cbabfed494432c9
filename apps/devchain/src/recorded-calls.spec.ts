import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLedgerSigner } from '@besure/keys';
import {
  encodeSignature,
  inputScript,
  keyInputOf,
  parseHex,
  parseTransaction,
  serialiseTransaction,
  signatureHash,
  streamEntity,
  toHex,
  type Transaction,
} from '@besure/ledger-tx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chain } from './chain.js';
import { JsonRpc } from './json-rpc.js';
import { createMethods } from './methods.js';
import { newChain } from './parameters.js';
import { writeText } from './storage.js';

interface RecordedCall {
  n: number;
  step: string;
  method?: string;
  params?: unknown[];
  request?: unknown;
  httpStatus: number;
  result?: unknown;
  error?: { code: number; message: string };
  body?: string;
  height?: number;
}

const vectors = new URL('../../../vectors/ledger/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, vectors), 'utf8'));
const { calls } = read('calls.json') as { calls: RecordedCall[] };
const recorded = read('chain.json') as {
  addressVersion: string;
  addressChecksum: string;
  testKeys: { publicKey: string; privateKey: string }[];
};

/** Calls whose answer differs here on purpose, and in what. */
const DIFFERENT: Readonly<Record<number, string>> = {
  21: 'the recorded node followed the contents of the streams, and says more of those',
  100: 'the copy of a spent script is shown as bytes here',
  102: 'the vote is JSON inside of the item, which is shown as bytes here',
  106: 'a wrong password: see http-server.int.spec.ts',
};
/** How many blocks the recorded node found before a call. */
const BLOCKS_BEFORE: Readonly<Record<number, number>> = { 59: 2, 78: 1, 97: 1 };
/** Blocks of the recording that are asked for, by the height that stands for them here. */
const BLOCKS: Readonly<Record<string, number | 'last'>> = {
  '0008507a6abbb885550284fe00a3d87b447f66ccaba24ccfff5a77e8bebe8c03': 0,
  '006be427c6daac8902e06b247b4484c0893044af294dd61498a6e7007be76a89': 1,
  '003bd215380bc2fc6ae38689591c4b2ea8eaf25007a71443c511cc5811a41750': 2,
  '00eccb2e7b7542eeff368c8cea0f372b259394265a8ea4783414d9ed8339fb37': 'last',
};

let directory = '';
let chain: Chain;
let rpc: JsonRpc;
/** Recorded txids and the ones that the same transactions have here. */
const txids = new Map<string, string>();

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'besure-devchain-'));
  // A chain on which addresses look as they do in the recording.
  const { addressVersion, addressChecksum } = recorded;
  const file = {
    ...newChain('besure', new Uint8Array(32).fill(3), 1_800_000_000),
    addressVersion,
    addressChecksum,
  };
  writeText(join(directory, 'chain.json'), JSON.stringify(file));
  chain = new Chain(directory, 'besure', () => 1_800_000_001_000);
  rpc = new JsonRpc(createMethods(chain, 2000), 'besure');
});

afterAll(() => {
  chain.close();
  rmSync(directory, { recursive: true });
});

/** The recorded transaction, on this chain: its inputs, streams and signatures are replaced by what they are here. */
function translateTransaction(hex: string): string {
  let transaction: Transaction;
  try {
    transaction = parseTransaction(parseHex(hex));
  } catch {
    return hex;
  }
  const outputs = transaction.outputs.map(({ value, script }) => ({
    value,
    script: translateStreams(script),
  }));
  const inputs = transaction.inputs.map((input) => ({ ...input, txid: txids.get(input.txid) ?? input.txid }));
  const translated = { ...transaction, inputs, outputs };
  const [input] = inputs;
  const shown = input && keyInputOf(input.script);
  const spent = input && chain.ledger.coins.find(input.txid, input.vout);
  const key = recorded.testKeys.find(({ publicKey }) => shown && publicKey === toHex(shown.publicKey));
  if (input === undefined || spent === undefined || key === undefined)
    return toHex(serialiseTransaction(translated));
  const signer = createLedgerSigner(parseHex(key.privateKey), 'a test key');
  const signature = encodeSignature(signer.sign(signatureHash(translated, 0, spent.script)));
  const script = inputScript(signature, signer.publicKey);
  return toHex(serialiseTransaction({ ...translated, inputs: [{ ...input, script }] }));
}

function translateStreams(script: Uint8Array): Uint8Array {
  let hex = toHex(script);
  for (const [old, now] of txids) hex = hex.replace(toHex(streamEntity(old)), toHex(streamEntity(now)));
  return parseHex(hex);
}

function translateParameter(method: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (method === 'sendrawtransaction') return translateTransaction(value);
  const height = BLOCKS[value];
  if (height !== undefined) return chain.blocks.at(height === 'last' ? -1 : height)?.header.hash;
  return txids.get(value) ?? value;
}

/** True if the value looks like one of those recorded: same fields, same types, whatever stands in them. */
function looksLike(value: unknown, model: unknown): boolean {
  if (value === null || model === null) return true;
  if (Array.isArray(value) && Array.isArray(model)) {
    return model.length === 0 || value.every((each) => model.some((one) => looksLike(each, one)));
  }
  if (typeof value !== 'object' || typeof model !== 'object') return typeof value === typeof model;
  const [mine, theirs] = [value as Record<string, unknown>, model as Record<string, unknown>];
  const names = new Set([...Object.keys(mine), ...Object.keys(theirs)]);
  return [...names].every((name) => name in mine && name in theirs && looksLike(mine[name], theirs[name]));
}

function ask(call: RecordedCall): { status: number; result?: unknown; error?: unknown } {
  const params = (call.params ?? []).map((each) => translateParameter(call.method ?? '', each));
  const { status, body } = rpc.answer(JSON.stringify({ method: call.method, params, id: 1 }));
  const { result, error } = JSON.parse(body) as { result: unknown; error: unknown };
  const isTxid = typeof call.result === 'string' && typeof result === 'string' && result.length === 64;
  if (isTxid && error === null) txids.set(call.result as string, result);
  return error === null ? { status, result } : { status, error };
}

describe('calls recorded on a real node get the same answers', () => {
  it.each(calls.filter(({ n }) => !(n in DIFFERENT)))('$n $method ($step)', (call) => {
    // The recorded node found blocks before these calls.
    for (let i = 0; i < (BLOCKS_BEFORE[call.n] ?? 0); i++) chain.mine();
    if (call.body !== undefined) {
      const request = call.request ?? {
        method: call.method,
        params: call.params,
        chain_name: 'other',
        id: 9,
      };
      const { status, body } = rpc.answer(call.step === 'not json' ? '{' : JSON.stringify(request));
      expect(status).toBe(call.httpStatus);
      expect(body.replace(/"result":\d+/, '"result":17')).toBe(call.body);
      return;
    }
    const answer = ask(call);
    expect(answer.status).toBe(call.httpStatus);
    if (call.error !== undefined) {
      // Usage texts are our own.
      const message = call.error.code === -1 ? (expect.any(String) as unknown) : call.error.message;
      expect(answer.error).toEqual({ code: call.error.code, message });
      return;
    }
    expect(answer.error).toBeUndefined();
    expect(answer.result).toSatisfy((result) => looksLike(result, call.result));
  });

  it.each(calls.filter(({ n }) => n in DIFFERENT && n !== 106))(
    '$n $method, apart from what is different',
    (call) => {
      expect(ask(call).status).toBe(call.httpStatus);
    },
  );
});

describe('comparing shapes', () => {
  it.each([
    [{ a: 1 }, { a: 2 }, true],
    [{ a: 1 }, { a: '2' }, false],
    [{ a: 1 }, { a: 2, b: 1 }, false],
    [{ a: 1, b: 1 }, { a: 2 }, false],
    [[1, 2], [3], true],
    [['1'], [3], false],
    [[], [3], true],
    [[3], [], true],
    [{ a: null }, { a: { b: 1 } }, true],
    [1, [1], false],
  ])('%j like %j: %s', (value, model, alike) => {
    expect(looksLike(value, model)).toBe(alike);
  });
});
