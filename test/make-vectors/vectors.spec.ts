import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allVectors, FORMATS } from './all.ts';
import { READERS } from './check.ts';
import { type Vector, vectorText } from './vector.ts';

const ROOT = join(import.meta.dirname, '../../vectors');
const made = new Map(allVectors().map((vector) => [pathOf(vector), vector]));

function pathOf({ format, kind, name }: Vector): string {
  return join(format, kind, `${name}.json`);
}

describe.each(FORMATS)('vectors of %s', (format) => {
  const paths = (['valid', 'invalid'] as const).flatMap((kind) =>
    readdirSync(join(ROOT, format, kind)).map((file) => join(format, kind, file)),
  );
  const read = READERS[format]!;

  it('are those that the generator makes', () => {
    expect(paths.toSorted()).toEqual(
      [...made.keys()].filter((path) => made.get(path)!.format === format).toSorted(),
    );
  });

  it.each(paths)('%s', (path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    expect(text).toBe(vectorText(made.get(path)!));

    const content = JSON.parse(text) as Vector['content'] & { readonly error?: object };
    expect(content.comment).toMatch(/^[A-Z0-9].*\.$/i);
    if (content.error === undefined) expect(content).toMatchObject(read(content));
    else expect(caught(() => read(content))).toMatchObject(content.error);
  });
});

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return 'accepted';
}
