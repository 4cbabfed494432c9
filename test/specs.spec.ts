import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENTS } from '@besure/protocol';
import { VERDICT_CODES } from '@besure/verification';
import { describe, expect, it } from 'vitest';
import { countExamples, SPECS, specNames, withExamples } from './make-vectors/spec-examples.ts';

const MOST_LINES = 249;

const names = specNames();
const formats = names.filter((name) => name !== 'README.md');

function read(name: string): string {
  return readFileSync(join(SPECS, name), 'utf8');
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

  it.each(formats)('%s says which version it is, and shows exactly what the vectors hold', (name) => {
    const text = read(name);
    expect(text).toMatch(/Version (?:1|0, not frozen)/);
    const { marked, filled } = countExamples(text);
    expect(filled).toBeGreaterThan(0);
    expect(filled).toBe(marked);
    expect(text).toBe(withExamples(text));
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
