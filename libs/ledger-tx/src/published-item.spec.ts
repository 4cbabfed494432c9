import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseHex,
  parseTransaction,
  proofItemOf,
  serialiseTransaction,
  toHex,
  type ProofItemSkip,
} from './index.js';

const rule = JSON.parse(
  readFileSync(new URL('../../../vectors/ledger/leaf-rule.json', import.meta.url), 'utf8'),
) as {
  streamEntity: string;
  length: number;
  magic: string;
  cases: {
    comment: string;
    raw: string;
    result: { keyHash: string; data: string } | { skip: ProofItemSkip };
  }[];
};

function apply(raw: Uint8Array): { keyHash: string; data: string } | { skip: ProofItemSkip } {
  const result = proofItemOf(
    parseTransaction(raw),
    parseHex(rule.streamEntity),
    rule.length,
    parseHex(rule.magic),
  );
  return 'skip' in result ? result : { keyHash: toHex(result.keyHash), data: toHex(result.data) };
}

describe('the leaf rule', () => {
  it.each(rule.cases)('$comment', ({ raw, result }) => {
    expect(apply(parseHex(raw))).toEqual(result);
  });

  it('has a case for every reason', () => {
    const reasons: Record<ProofItemSkip, true> = {
      'input-count': true,
      coinbase: true,
      'input-script': true,
      'hash-type': true,
      'not-an-item': true,
      stream: true,
      format: true,
      keys: true,
      length: true,
      magic: true,
    };
    const covered = new Set(rule.cases.flatMap(({ result }) => ('skip' in result ? [result.skip] : [])));
    expect([...covered].sort()).toEqual(Object.keys(reasons).sort());
  });

  it('takes nothing else from a changed first output, whichever bit it is', () => {
    const transaction = parseTransaction(parseHex(rule.cases[0]!.raw));
    const expected = apply(parseHex(rule.cases[0]!.raw));
    const { script } = transaction.outputs[0]!;
    const content = script.length - (rule.length - 4);
    fc.assert(
      fc.property(fc.nat(content - 1), fc.nat(7), (at, bit) => {
        const changed = Uint8Array.from(script);
        changed[at]! ^= 1 << bit;
        const outputs = [{ value: 0n, script: changed }, ...transaction.outputs.slice(1)];
        const result = apply(serialiseTransaction({ ...transaction, outputs }));
        expect(result).not.toEqual(expected);
        expect(result).toHaveProperty('skip');
      }),
      { numRuns: 400 },
    );
  });
});
