import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENTS } from '@besure/protocol';
import { VERDICT_CODES } from '@besure/verification';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const SPECS = join(ROOT, 'specs');
const MOST_LINES = 249;

const names = readdirSync(SPECS)
  .filter((name) => name.endsWith('.md'))
  .sort();
const formats = names.filter((name) => name !== 'README.md');

/** An example as a specification shows it: `<!-- example: <vector> <selector> -->`, then a fenced block. */
const EXAMPLE = /<!-- example: (\S+) (\S+) -->\n\n```text\n(.*?)\n```/gs;

function read(name: string): string {
  return readFileSync(join(SPECS, name), 'utf8');
}

function decoded(encoded: string): string {
  return Buffer.from(encoded, 'base64url').toString('utf8');
}

/** `*` is the whole file; else a path of members, and after a colon what is shown of the value. */
function valueOf(vector: string, selector: string): string {
  const text = readFileSync(join(ROOT, vector), 'utf8');
  if (selector === '*') return text;
  const [path = '', mode] = selector.split(':');
  let value: unknown = JSON.parse(text);
  for (const member of path.split('.')) value = (value as Readonly<Record<string, unknown>>)[member];
  if (mode === 'json') return JSON.stringify(value, null, 2);
  if (mode === 'decoded') return (value as readonly string[]).map(decoded).join('\n');
  if (typeof value !== 'string') throw new Error(`${vector} has no text at ${selector}`);
  if (mode === undefined) return value;
  const part = value.split('.')[['header', 'payload'].indexOf(mode)];
  if (part === undefined) throw new Error(`${mode} is not a part to show`);
  return decoded(part);
}

/** The cells of all rows of all tables, without their outer bars. */
function rowsOf(text: string): string[][] {
  const rows = text.split('\n').filter((line) => line.startsWith('| '));
  return rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the specifications', () => {
  it('are all in the table of their README', () => {
    const listed = [...read('README.md').matchAll(/^\| \[([a-z-]+\.md)\]\(\1\)/gm)].map((match) => match[1]);
    expect(new Set(listed)).toEqual(new Set(formats));
  });

  it.each(names)('%s is short enough to be read', (name) => {
    expect(read(name).split('\n').length).toBeLessThanOrEqual(MOST_LINES + 1);
  });

  it.each(formats)('%s says that it is not frozen, and shows exactly what the vectors hold', (name) => {
    const text = read(name);
    expect(text).toContain('Version 0, not frozen');
    const examples = [...text.matchAll(EXAMPLE)];
    expect(examples.length).toBeGreaterThan(0);
    expect(examples.length).toBe(text.match(/<!-- example/g)?.length);
    for (const [, vector = '', selector = '', shown] of examples) {
      expect(shown, `${vector} ${selector}`).toBe(valueOf(vector, selector).replace(/\n$/, ''));
    }
  });

  it('name every code of a verdict', () => {
    const text = read('evidence.md');
    for (const code of Object.keys(VERDICT_CODES)) expect(text).toContain(`\`${code}\``);
  });

  it('have the role table that the code goes by', () => {
    const text = read('statement.md');
    const start = text.indexOf('### Role table');
    const cells = rowsOf(text.slice(start, text.indexOf('\n## ', start))).slice(2);
    const shown = cells.flatMap((row) => [row.slice(0, 3), row.slice(4, 7)]).filter(([name]) => name !== '');
    const known = EVENTS.map(({ uri, statedBy, negative, needsReason }) => [
      `\`${uri.slice(uri.lastIndexOf('/') + 1)}\``,
      statedBy,
      needsReason ? 'must' : negative ? 'may' : 'no',
    ]);
    const byName = (a: readonly string[], b: readonly string[]): number => (a[0]! < b[0]! ? -1 : 1);
    expect(shown.sort(byName)).toEqual(known.sort(byName));
  });
});
