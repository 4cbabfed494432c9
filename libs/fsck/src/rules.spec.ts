import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FSCK_RULES } from './rules.js';

it('tells operators of each rule what it means and what to do', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/operations.md'), 'utf8');
  const [, table = ''] = /<!-- fsck rules -->([^]*)<!-- end -->/.exec(page) ?? [];
  const rows = [...table.matchAll(/^\| `([a-z-]+)` +\| (\S[^|]*) \| (\S[^|]*) \|$/gm)];
  expect(rows.map(([, rule]) => rule)).toEqual(Object.keys(FSCK_RULES));
});
