import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BlockAt, countSkips, type DerivedBlock, LedgerLog, readBlocks } from '@besure/ledger-log';
import { parseBlock } from '@besure/ledger-tx';
import { encodeHex, parseLogEntry } from '@besure/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafRuleOf } from './make-vectors/check-ledger-log.ts';
import {
  ALPHA,
  BETA,
  CREATION,
  free,
  item,
  rawBlocks,
  ruleContent,
  SLOT,
  STRANGER,
} from './make-vectors/ledger-log-blocks.ts';

const VECTORS = join(import.meta.dirname, '../vectors/ledger-log');
const SKIPS = [
  'no-stream',
  'input-count',
  'coinbase',
  'input-script',
  'hash-type',
  'not-an-item',
  'stream',
  'format',
  'keys',
  'length',
  'magic',
  'publisher',
  'item',
  'slot-before-first',
  'slot-ahead',
  'slot-taken',
];

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

interface Outcomes {
  readonly outcomes: readonly (readonly { readonly skip?: string; readonly entry?: string }[])[];
}

function vectorsOf(kind: 'valid' | 'invalid'): (readonly [string, Outcomes])[] {
  return readdirSync(join(VECTORS, kind)).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(join(VECTORS, kind, file), 'utf8')) as Outcomes,
  ]);
}

describe('the vectors of the leaf rule', () => {
  it('skip for every reason there is, and for the one that the name says', () => {
    const reasons = vectorsOf('invalid').map(([name, { outcomes }]) => {
      const [, tried] = outcomes[0] ?? [];
      expect(outcomes.flat().some((outcome) => outcome.entry !== undefined)).toBe(false);
      expect(name.startsWith(tried?.skip ?? '-')).toBe(true);
      return tried?.skip;
    });
    expect(new Set(reasons)).toEqual(new Set(SKIPS));
  });

  it.each(vectorsOf('valid'))('%s adds an entry', (_name, { outcomes }) => {
    expect(outcomes.flat().filter((outcome) => outcome.entry !== undefined)).not.toEqual([]);
  });
});

const POOL = [
  ...[SLOT, SLOT + 1, SLOT + 2].flatMap((slot) => [item(ALPHA, slot), item(BETA, slot)]),
  item(ALPHA, SLOT, 'another root'),
  item(STRANGER, SLOT),
  free('something else', [Uint8Array.of(0x51)]),
  CREATION,
];

function blocksOf(contents: readonly (readonly number[])[]): BlockAt[] {
  const transactions = contents.map((picks) => picks.map((pick) => POOL[pick] ?? CREATION));
  const raws = rawBlocks(transactions.map((list, height) => ({ height, transactions: list })));
  return raws.map(({ height, raw }) => ({ height, block: parseBlock(raw, sha256) }));
}

function newLog(): LedgerLog {
  return new LedgerLog(leafRuleOf(ruleContent(3)), sha256);
}

/** What a derivation says, without what only this library knows. */
function shown(blocks: readonly DerivedBlock[]): string[] {
  return blocks.map(({ height, leaves, size, isDue }) =>
    [height, size, isDue, ...leaves.map(({ entry }) => encodeHex(entry))].join(' '),
  );
}

describe('deriving the log', () => {
  it('gives the same in whatever runs the blocks come', () => {
    const contents = fc.array(fc.uniqueArray(fc.nat(POOL.length - 1), { maxLength: 5 }), { maxLength: 14 });
    fc.assert(
      fc.property(contents, fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }), (picks, cuts) => {
        const blocks = blocksOf(picks);
        const atOnce = newLog();
        const whole = shown(atOnce.take(blocks).blocks);
        const inParts = newLog();
        const parts: string[] = [];
        let from = 0;
        for (const [i] of blocks.entries()) {
          if (cuts[i] !== true && i < blocks.length - 1) continue;
          parts.push(...shown(inParts.take(blocks.slice(from, i + 1)).blocks));
          from = i + 1;
        }
        expect(parts).toEqual(whole);
        expect(inParts.head()).toEqual(atOnce.head());
        expect([inParts.height, inParts.streams]).toEqual([atOnce.height, atOnce.streams]);
      }),
      { numRuns: 100 },
    );
  });

  it('never has two entries of a member for a slot, and entries in the order of the ledger', () => {
    const contents = fc.array(fc.uniqueArray(fc.nat(POOL.length - 1), { maxLength: 5 }), { maxLength: 14 });
    fc.assert(
      fc.property(contents, (picks) => {
        const leaves = newLog()
          .take(blocksOf(picks))
          .blocks.flatMap((block) => block.leaves);
        const slots = leaves.map(({ member, slot }) => `${member} ${slot}`);
        expect(new Set(slots).size).toBe(slots.length);
        const heights = leaves.map(({ entry }) => parseLogEntry(entry).height);
        expect(heights).toEqual(heights.toSorted((a, b) => a - b));
      }),
      { numRuns: 50 },
    );
  });

  it('counts what adds nothing, and carries a checkpoint that is due until the log has grown', () => {
    // Items are the pool's first ones; the last one creates the stream.
    const { blocks } = newLog().take(blocksOf([[9], [0, 6, 7], [1], [2], [], [], [], [], [3]]));
    expect(Object.fromEntries(countSkips(blocks))).toEqual({
      'no-stream': 1,
      coinbase: 8,
      'input-script': 1,
      'slot-taken': 1,
      publisher: 1,
    });
    expect(blocks.filter(({ isDue }) => isDue).map(({ height, size }) => [height, size])).toEqual([[3, 3]]);
  });

  it('takes no block but the next one', () => {
    const [first, second, third] = blocksOf([[9], [0], [1]]) as [BlockAt, BlockAt, BlockAt];
    const log = newLog();
    for (const blocks of [[second], [first, third], [first, { ...third, height: 1 }]]) {
      expect(() => log.take(blocks)).toThrow(expect.objectContaining({ code: 'not-next' }) as Error);
    }
    log.take([first]);
    log.take([second, third]);
    expect(log.head().size).toBe(2);
  });

  it('knows no member but by the function that it is given', () => {
    const [first, second] = blocksOf([[9], [0]]) as [BlockAt, BlockAt];
    const rule = { ...leafRuleOf(ruleContent()), memberAt: () => undefined };
    const { candidates } = readBlocks(rule, { proofs: null, rights: null }, [first, second], sha256);
    expect(candidates).toEqual([]);
  });
});
