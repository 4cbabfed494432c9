import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LIST, listText, readList, withNew } from './frozen.ts';

const VECTORS = join(import.meta.dirname, '../../vectors');
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
