import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UNACCEPTABLE_CODES, VERDICT_CODES } from './codes.js';
import { exampleFiles, EXAMPLES } from './contract/example-files.js';
import { nodePrimitives } from './contract/node-primitives.js';
import { generatedFiles, readVectors, storedFiles } from './contract/vector-files.js';
import { noblePrimitives } from './noble.js';
import { verify } from './verify.js';

describe('the evidence vectors', () => {
  it('are what the generator makes', { timeout: 60_000 }, () => {
    const generated = generatedFiles();
    const stored = storedFiles();
    expect([...stored.keys()].toSorted()).toEqual([...generated.keys()].toSorted());
    const differing = [...generated]
      .filter(([path, content]) => stored.get(path) !== content)
      .map(([path]) => path);
    expect(differing).toEqual([]);
  });

  it('reach every code but what nobody foresaw', () => {
    const reached = new Set<string>(readVectors().map(({ vector }) => vector.code));
    expect(Object.keys(VERDICT_CODES).filter((code) => !reached.has(code))).toEqual(['unverifiable']);
  });
});

it('the evidence under examples/ is what the generator makes', { timeout: 60_000 }, () => {
  const made = exampleFiles();
  const stored = readdirSync(EXAMPLES).filter((name) => name !== 'README.md');
  expect(stored.toSorted()).toEqual([...made.keys()].toSorted());
  for (const [name, content] of made)
    expect(readFileSync(join(EXAMPLES, name)), name).toEqual(Buffer.from(content));
});

const PRIMITIVES = { 'node:crypto': nodePrimitives, 'JavaScript alone': noblePrimitives };

describe.each(readVectors())('evidence $name', ({ vector, trust, document }) => {
  it.each(Object.entries(PRIMITIVES))(`gets its code by %s: ${vector.code}`, (_, primitives) => {
    const { code, message, result } = verify(vector.evidence, trust, {
      primitives,
      ...(document === undefined ? {} : { document }),
    });
    expect(`${code}: ${message}`).toContain(`${vector.code}: ${VERDICT_CODES[vector.code]}`);
    const unacceptable = (UNACCEPTABLE_CODES as readonly string[]).includes(code);
    expect(result).toBe(code === 'proven' ? 'proven' : unacceptable ? 'unacceptable' : 'bad');
  });
});
