import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LIST, listText, readList, withNew } from './frozen.ts';

const VECTORS = join(import.meta.dirname, '../../vectors');

/**
 * What version 1 was on the day it was frozen: of each format's list the number of its first lines and their SHA-256. Nothing
 * here ever changes: what fails here is no version 1 any more, whatever the lists say.
 */
const VERSION_1: readonly (readonly [format: string, vectors: number, digest: string])[] = [
  ['checkpoint', 26, '5961c29ba336be8e80c4152e75234f6a4abc70678bad65e6e4c108ab6ab4c449'],
  ['cosignature', 30, '7ad8ab16fbf1c137de59ae6e554d8a9c6fcc999b16d939e8c2f60ea334bbdf18'],
  ['countersignature', 27, '8250d44a3d1763bf0912d6818c6038a9795a00d28d8c37b2c0aa654402a6189a'],
  ['evidence', 219, 'd01dea1f05a1b09c076929bb11a3c016d07bb0ac76f115b9cec425682dd5b5c1'],
  ['item', 9, 'be40f31589ce6b58c31564cc9b56178909e24f57c6debf29d48313165ea286ba'],
  ['ledger-log', 54, '018da57f757b049c6a2159e0f2c4076d6f82b3c988ad819de697cf0258a0eeb1'],
  ['log-entry', 9, 'b4e05d7c1d2432c5c82dc43ee86a7b9303452ec52eee4ff27148c82d6f2a3671'],
  ['merkle', 39, '2b09c6b3691af4fbee3d587d849068866d5e9b4ff22e93e3c128739df95dd019'],
  ['slot-tree', 15, '45bc7c053f5928de3b92973561905c2562d32b74ab7488fe8bac74f06f34a99e'],
  ['slot', 27, '2620b7bbafd99c3727740272b191a0a74c65713f0bfd679a73a0b6101c4321f1'],
  ['statement', 154, '56c06fc5717d87fe27f430196531a10619bf7d719e582851240ef82eda1e0694'],
  ['time-stamp', 120, '12bba3d2d6c9509b630dd6be60245ed4876e9cdfb856f17fb52d8cf2088984d1'],
  ['tlog-proof', 20, '12e1b2cd9e4bac59a8a801929f2fd9830ddae6ea56353f44da7b4b5aa1cf59cc'],
];

const frozen = readdirSync(VECTORS).filter((format) => existsSync(join(VECTORS, format, LIST)));

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('the list of a frozen format', () => {
  const files = new Map([
    ['valid/b.json', '{}'],
    ['invalid/a.json', '{"error":1}'],
    ['trust/t.json', 'an input'],
  ]);
  const list = withNew(new Map(), files);

  it('has a line for each vector, and new ones at the end', () => {
    expect([...list]).toEqual([
      ['invalid/a.json', digest('{"error":1}')],
      ['valid/b.json', digest('{}')],
    ]);
    const more = withNew(list, new Map([...files, ['invalid/0.json', '[]']]));
    expect([...more.keys()]).toEqual(['invalid/a.json', 'valid/b.json', 'invalid/0.json']);
    expect(listText(more).startsWith(listText(list))).toBe(true);
  });

  it('lets no vector change, and none go', () => {
    expect(() => withNew(list, new Map([...files, ['valid/b.json', '{ }']]))).toThrow('change');
    expect(() => withNew(list, new Map([['valid/b.json', '{}']]))).toThrow('go');
    expect(withNew(list, new Map([...files, ['trust/t.json', 'another']]))).toEqual(list);
  });
});

describe('version 1', () => {
  it.each(VERSION_1)('of %s begins with its first %d vectors', (format, vectors, expected) => {
    const lines = readFileSync(join(VECTORS, format, LIST), 'utf8').split('\n');
    expect(digest(`${lines.slice(0, vectors).join('\n')}\n`)).toBe(expected);
  });
});

describe.each(frozen)('the vectors of %s, frozen', (format) => {
  const list = readList(join(VECTORS, format))!;

  it('are those of the list, byte for byte', () => {
    const files = ['valid', 'invalid'].flatMap((kind) =>
      readdirSync(join(VECTORS, format, kind)).map((file) => `${kind}/${file}`),
    );
    expect([...list.keys()].toSorted()).toEqual(files.toSorted());
    for (const [file, listed] of list) {
      expect(digest(readFileSync(join(VECTORS, format, file), 'utf8')), file).toBe(listed);
    }
  });
});
