import { readFileSync } from 'node:fs';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildItemTransaction,
  hash160,
  keyInputOf,
  p2pkhScript,
  parseHex,
  parseSignature,
  parseTransaction,
  proofItemOf,
  serialiseTransaction,
  signatureHash,
  toHex,
  txidOf,
  type Signer,
} from './index.js';

interface ItemTransactionVector {
  comment: string;
  testKey: string;
  input: { txid: string; vout: number; script: string };
  streamEntity: string;
  item: string;
  raw: string;
  txid: string;
  change: string;
}

const vectors = new URL('../../../vectors/ledger/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, vectors), 'utf8'));
const transactions = read('item-transactions.json') as ItemTransactionVector[];
const { testKeys } = read('chain.json') as {
  testKeys: { name: string; privateKey: string; keyHash: string }[];
};

function signerOf(secret: Uint8Array): Signer {
  return {
    publicKey: secp256k1.getPublicKey(secret),
    sign: (digest) => secp256k1.sign(digest, secret, { prehash: false }),
  };
}

function keyNamed(name: string) {
  const key = testKeys.find((each) => each.name === name);
  if (key === undefined) throw new Error(`no test key ${name}`);
  return { signer: signerOf(parseHex(key.privateKey)), keyHash: parseHex(key.keyHash) };
}

describe('item transactions', () => {
  it.each(transactions)('$comment', (vector) => {
    const { signer, keyHash } = keyNamed(vector.testKey);
    const built = buildItemTransaction(
      {
        input: { ...vector.input, script: parseHex(vector.input.script) },
        streamEntity: parseHex(vector.streamEntity),
        item: parseHex(vector.item),
        keyHash,
      },
      signer,
    );
    expect(toHex(built.raw)).toBe(vector.raw);
    expect(built.txid).toBe(vector.txid);
    expect(built.change.vout).toBe(1);
    expect(toHex(built.change.script)).toBe(vector.change);
    expect(built.raw.length).toBeLessThanOrEqual(275);
  });

  it('signs the whole script of what it spends, and nothing else verifies', () => {
    const vector = transactions[0]!;
    const { signer } = keyNamed(vector.testKey);
    const transaction = parseTransaction(parseHex(vector.raw));
    const shown = keyInputOf(transaction.inputs[0]!.script)!;
    const verifies = (script: Uint8Array) =>
      secp256k1.verify(
        parseSignature(shown.signature),
        signatureHash(transaction, 0, script),
        signer.publicKey,
        {
          prehash: false,
        },
      );
    const whole = parseHex(vector.input.script);
    expect(verifies(whole)).toBe(true);
    expect(verifies(whole.subarray(0, 25))).toBe(false);
  });

  it('always passes the leaf rule, is signed well, and is never longer than 275 bytes', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const secret = bytes(32).filter((each) => secp256k1.utils.isValidSecretKey(each));
    fc.assert(
      fc.property(
        secret,
        bytes(32),
        fc.nat(0xffff_ffff),
        bytes(16),
        bytes(44),
        (key, from, vout, entity, item) => {
          const signer = signerOf(key);
          const keyHash = hash160(signer.publicKey);
          const script = p2pkhScript(keyHash);
          const built = buildItemTransaction(
            { input: { txid: toHex(from), vout, script }, streamEntity: entity, item, keyHash },
            signer,
          );
          const transaction = parseTransaction(built.raw);
          expect(proofItemOf(transaction, entity, 44, item.subarray(0, 4))).toEqual({ keyHash, data: item });
          expect(txidOf(built.raw)).toBe(built.txid);
          expect(built.raw.length).toBeLessThanOrEqual(275);
          const { signature } = keyInputOf(transaction.inputs[0]!.script)!;
          const digest = signatureHash(transaction, 0, script);
          const compact = parseSignature(signature);
          expect(secp256k1.verify(compact, digest, signer.publicKey, { prehash: false })).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('every bit outside of the input script is signed', () => {
    const vector = transactions[0]!;
    const transaction = parseTransaction(parseHex(vector.raw));
    const script = parseHex(vector.input.script);
    const digest = toHex(signatureHash(transaction, 0, script));
    const blank = { ...transaction, inputs: [{ ...transaction.inputs[0]!, script: new Uint8Array(0) }] };
    const bytes = serialiseTransaction(blank);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const changed = Uint8Array.from(bytes);
        changed[at]! ^= 1 << bit;
        let other;
        try {
          other = parseTransaction(changed);
        } catch {
          return;
        }
        fc.pre(other.inputs.length === 1);
        expect(toHex(signatureHash(other, 0, script))).not.toBe(digest);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a signer with another key, an output of another key, and a high signature', () => {
    const mine = keyNamed('test key org-a');
    const other = keyNamed('test key org-b');
    const base = { streamEntity: new Uint8Array(16), item: new Uint8Array(44), keyHash: mine.keyHash };
    const input = { txid: '00'.repeat(32), vout: 0, script: p2pkhScript(mine.keyHash) };
    expect(() => buildItemTransaction({ ...base, input }, other.signer)).toThrow(
      expect.objectContaining({ code: 'public-key' }),
    );
    const foreign = { ...input, script: p2pkhScript(other.keyHash) };
    expect(() => buildItemTransaction({ ...base, input: foreign }, mine.signer)).toThrow(
      expect.objectContaining({ code: 'script' }),
    );
    const high: Signer = { ...mine.signer, sign: () => new Uint8Array(64).fill(0xee) };
    expect(() => buildItemTransaction({ ...base, input }, high)).toThrow(
      expect.objectContaining({ code: 'signature' }),
    );
  });

  it('hashes no input that is not there', () => {
    const transaction = parseTransaction(parseHex(transactions[0]!.raw));
    expect(() => signatureHash(transaction, 1, new Uint8Array(0))).toThrow(
      expect.objectContaining({ code: 'input-index' }),
    );
  });
});
