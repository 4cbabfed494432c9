import { expect, it } from 'vitest';
import { tablesWritten } from './mark-writes.js';

it.each([
  ['SELECT size FROM head FOR UPDATE', []],
  ['SELECT s.id FROM statement s FOR UPDATE OF s SKIP LOCKED', []],
  ['INSERT INTO proof.event (position) SELECT 1', ['proof.event']],
  ['INSERT INTO slot (slot) VALUES ($1)\n ON CONFLICT (slot) DO UPDATE SET state = 1', ['slot']],
  ['UPDATE slot AS s SET state = 1', ['slot']],
  ['WITH gone AS (DELETE FROM attachment RETURNING 1) UPDATE head SET position = 8', ['attachment', 'head']],
])('finds the tables that are written to: %s', (sql, tables) => {
  expect(tablesWritten(sql)).toEqual(tables);
});
