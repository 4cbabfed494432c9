import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const DOCS = join(import.meta.dirname, '../docs');
/** `[name](path): title`, or `[name](path)` of a vector; several are separated by `<br>`. */
const PLAYED = /^\[([^\]]+)\]\(([^)]+)\)(?:: (.+))?$/;

const rows = readFileSync(join(DOCS, 'attacks.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!attack +\||-)/.test(line))
  .map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

describe('docs/attacks.md', () => {
  it('names attacks, each once', () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(new Set(rows.map(([attack]) => attack)).size).toBe(rows.length);
  });

  it.each(rows)('%s', (_attack, stopped = '', played = '') => {
    expect(stopped).not.toBe('');
    for (const one of played.split('<br>')) {
      const [, , link = '', title] = PLAYED.exec(one.trim()) ?? [];
      const path = join(DOCS, link);
      expect(existsSync(path), `${one}: ${path}`).toBe(true);
      if (link.endsWith('.json')) expect(title, one).toBeUndefined();
      else expect(readFileSync(path, 'utf8'), `${link} has no test of this title`).toContain(title ?? '\0');
    }
  });
});
