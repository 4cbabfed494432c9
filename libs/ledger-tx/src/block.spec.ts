import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBlock, parseHex, serialiseBlock, serialiseTransaction, toHex } from './index.js';
import { LedgerTxError } from './error.js';

const vectors = new URL('../../../vectors/ledger/', import.meta.url);
const valid = JSON.parse(readFileSync(new URL('blocks.json', vectors), 'utf8')) as {
  comment: string;
  raw: string;
  hash: string;
  previous: string;
  merkleRoot: string;
  version: number;
  time: number;
  nonce: number;
  bits: string;
  txids: string[];
}[];
const invalid = JSON.parse(readFileSync(new URL('blocks-invalid.json', vectors), 'utf8')) as {
  comment: string;
  raw: string;
  code: string;
}[];

describe('blocks of a real node', () => {
  it.each(valid)('$comment', ({ raw, txids, bits, hash, previous, merkleRoot, version, time, nonce }) => {
    const { header, transactions } = parseBlock(parseHex(raw));
    expect(header).toEqual({
      hash,
      previous,
      merkleRoot,
      version,
      time,
      nonce,
      bits: Number.parseInt(bits, 16),
    });
    expect(transactions.map(({ txid }) => txid)).toEqual(txids);
    const written = serialiseBlock({ ...header, transactions: transactions.map((each) => each.raw) });
    expect(toHex(written)).toBe(raw);
  });

  it('gives the same with the hash of the caller', () => {
    const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest();
    const raw = parseHex(valid[2]!.raw);
    expect(parseBlock(raw, sha256)).toEqual(parseBlock(raw));
  });
});

describe('blocks that are refused', () => {
  it.each(invalid)('$comment', ({ raw, code }) => {
    expect(() => parseBlock(parseHex(raw))).toThrow(expect.objectContaining({ name: 'LedgerTxError', code }));
  });

  it('a block without transactions is not written', () => {
    const empty = { version: 3, previous: '0'.repeat(64), time: 0, bits: 0, nonce: 0, transactions: [] };
    expect(() => serialiseBlock(empty)).toThrow(expect.objectContaining({ code: 'no-transactions' }));
  });
});

describe('properties of blocks', () => {
  it('what is written is read back, for every number of transactions', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (count) => {
        const transactions = Array.from({ length: count }, (_, i) => transactionNumber(i));
        const raw = serialiseBlock({
          version: 3,
          previous: 'ab'.repeat(32),
          time: 5,
          bits: 6,
          nonce: count,
          transactions,
        });
        const block = parseBlock(raw);
        expect(block.transactions.map((each) => each.raw)).toEqual(transactions);
        expect(block.header).toMatchObject({ previous: 'ab'.repeat(32), time: 5, bits: 6, nonce: count });
      }),
      { numRuns: 40 },
    );
  });

  it('one changed bit of a transaction is noticed', () => {
    const raw = parseHex(valid[3]!.raw);
    fc.assert(
      fc.property(fc.integer({ min: 80, max: raw.length - 1 }), fc.nat(7), (at, bit) => {
        const changed = Uint8Array.from(raw);
        changed[at]! ^= 1 << bit;
        expect(() => parseBlock(changed)).toThrow(LedgerTxError);
      }),
      { numRuns: 300 },
    );
  });

  it('one changed bit of the header gives another block', () => {
    const raw = parseHex(valid[3]!.raw);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 79 }), fc.nat(7), (at, bit) => {
        fc.pre(at < 36 || at >= 68);
        const changed = Uint8Array.from(raw);
        changed[at]! ^= 1 << bit;
        expect(parseBlock(changed).header.hash).not.toBe(valid[3]!.hash);
      }),
    );
  });
});

function transactionNumber(lockTime: number): Uint8Array {
  return serialiseTransaction({
    version: 1,
    inputs: [{ txid: 'cd'.repeat(32), vout: 0, script: new Uint8Array(0), sequence: 0 }],
    outputs: [{ value: 0n, script: new Uint8Array(1) }],
    lockTime,
  });
}
