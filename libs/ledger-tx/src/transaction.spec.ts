import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeAddress,
  hash160,
  keyInputOf,
  keyOutputOf,
  parseAddressFormat,
  parseHex,
  parseTransaction,
  permissionBits,
  permissionsOf,
  serialiseTransaction,
  streamEntity,
  streamItemOf,
  toHex,
  txidOf,
  type PermissionName,
} from './index.js';
import { LedgerTxError } from './error.js';

interface ValidTransaction {
  comment: string;
  raw: string;
  txid: string;
  version: number;
  lockTime: number;
  inputs: { txid: string; vout: number; script: string; sequence: number }[];
  outputs: {
    value: number;
    script: string;
    address: string | null;
    permissions: {
      stream: 'proofs' | 'rights' | null;
      names: PermissionName[];
      from: number;
      to: number;
      timestamp: number;
    }[];
    item: {
      stream: 'proofs' | 'rights';
      publishers: string[];
      keys: string[];
      data: string | null;
    } | null;
  }[];
}

const vectors = new URL('../../../vectors/ledger/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, vectors), 'utf8'));
const valid = read('transactions.json') as ValidTransaction[];
const invalid = read('transactions-invalid.json') as { comment: string; raw: string; code: string }[];
const chain = read('chain.json') as {
  addressVersion: string;
  addressChecksum: string;
  streams: { proofs: string; rights: string };
};
const format = parseAddressFormat(chain.addressVersion, chain.addressChecksum);
const utf8 = new TextDecoder();

describe.each(valid)('a transaction of a real node: $comment $txid', (vector) => {
  const raw = parseHex(vector.raw);
  const transaction = parseTransaction(raw);

  it('reads as the node reads it', () => {
    expect({
      version: transaction.version,
      lockTime: transaction.lockTime,
      inputs: transaction.inputs.map((input) => ({ ...input, script: toHex(input.script) })),
      outputs: transaction.outputs.map((output) => ({
        value: Number(output.value),
        script: toHex(output.script),
      })),
    }).toEqual({
      version: vector.version,
      lockTime: vector.lockTime,
      inputs: vector.inputs,
      outputs: vector.outputs.map(({ value, script }) => ({ value, script })),
    });
    expect(txidOf(raw)).toBe(vector.txid);
  });

  it('is written back byte for byte', () => {
    expect(toHex(serialiseTransaction(transaction))).toBe(vector.raw);
  });

  it('pays to the addresses that the node names', () => {
    for (const [i, { address }] of vector.outputs.entries()) {
      const output = keyOutputOf(transaction.outputs[i]!.script);
      expect(output && toHex(output.keyHash)).toBe(
        address ? toHex(decodeAddress(address, format)) : undefined,
      );
    }
  });

  it('grants what the node says', () => {
    for (const [i, { permissions }] of vector.outputs.entries()) {
      const grants = permissionsOf(transaction.outputs[i]!.script)?.grants ?? [];
      expect(grants.map((grant) => ({ ...grant, entity: grant.entity && toHex(grant.entity) }))).toEqual(
        permissions.map(({ stream, names, from, to, timestamp }) => ({
          entity: stream && toHex(streamEntity(chain.streams[stream])),
          bits: permissionBits(names),
          from,
          to,
          timestamp,
        })),
      );
    }
  });

  it('publishes what the node says', () => {
    for (const [i, { item }] of vector.outputs.entries()) {
      const found = streamItemOf(transaction.outputs[i]!.script);
      if (item === null) {
        expect(found).toBeUndefined();
        continue;
      }
      expect(found && toHex(found.entity)).toBe(toHex(streamEntity(chain.streams[item.stream])));
      expect(found?.keys.map((key) => utf8.decode(key))).toEqual(item.keys);
      expect(found?.format === null ? toHex(found.data) : null).toBe(item.data);
      const publishers = transaction.inputs.map((input) => hash160(keyInputOf(input.script)!.publicKey));
      expect(publishers.map(toHex)).toEqual(
        item.publishers.map((each) => toHex(decodeAddress(each, format))),
      );
    }
  });
});

describe('transactions that are refused', () => {
  it.each(invalid)('$comment', ({ raw, code }) => {
    expect(() => parseTransaction(parseHex(raw))).toThrow(
      expect.objectContaining({ name: 'LedgerTxError', code }),
    );
  });
});

const u32 = fc.nat(0xffff_ffff);
const script = fc.uint8Array({ maxLength: 300 });
const txid = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex);
const anyTransaction = fc.record({
  version: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  inputs: fc.array(fc.record({ txid, vout: u32, script, sequence: u32 }), { minLength: 1, maxLength: 4 }),
  outputs: fc.array(fc.record({ value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), script }), {
    minLength: 1,
    maxLength: 4,
  }),
  lockTime: u32,
});

describe('properties of transactions', () => {
  it('what is written is read back', () => {
    fc.assert(
      fc.property(anyTransaction, (transaction) => {
        expect(parseTransaction(serialiseTransaction(transaction))).toEqual(transaction);
      }),
    );
  });

  it('whatever is accepted is written back byte for byte', () => {
    const base = parseHex(valid.at(-1)!.raw);
    fc.assert(
      fc.property(fc.nat(base.length - 1), fc.nat(7), (at, bit) => {
        const changed = Uint8Array.from(base);
        changed[at]! ^= 1 << bit;
        try {
          expect(serialiseTransaction(parseTransaction(changed))).toEqual(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(LedgerTxError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('no bytes at all lead to another error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => {
        try {
          parseTransaction(raw);
        } catch (error) {
          expect(error).toBeInstanceOf(LedgerTxError);
        }
      }),
    );
  });

  it('every shorter piece is refused', () => {
    fc.assert(
      fc.property(anyTransaction, fc.double({ min: 0, max: 1, maxExcluded: true }), (transaction, part) => {
        const raw = serialiseTransaction(transaction);
        const cut = raw.subarray(0, Math.floor(raw.length * part));
        expect(() => parseTransaction(cut)).toThrow(LedgerTxError);
      }),
    );
  });
});
