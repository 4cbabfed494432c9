import { readFileSync } from 'node:fs';
import { cloudEventType, EVENTS } from '@besure/protocol';
import { expect, it } from 'vitest';

const BEGIN = '<!-- role table: made from libs/protocol/src/event-names.ts -->\n\n';
const END = '\n<!-- end -->';

/** The role table as Markdown, the way prettier would leave it. */
function renderRoleTable(): string {
  const rows = [
    ['short name', 'event of EN 319 522', 'CloudEvents `type`', 'who states it', 'reason'],
    ...EVENTS.map(({ shortName, uri, statedBy, needsReason, negative }) => [
      `\`${shortName}\``,
      uri.slice(uri.lastIndexOf('/') + 1),
      `\`${cloudEventType(shortName)}\``,
      `the ${statedBy}'s organisation`,
      needsReason ? 'required' : negative ? 'allowed' : 'none',
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |\n`;
  const [head, ...body] = rows;
  return line(head!) + line(widths.map((width) => '-'.repeat(width))) + body.map(line).join('');
}

it('the documented role table is the one that the code goes by', () => {
  const text = readFileSync(new URL('../docs/events.md', import.meta.url), 'utf8');
  const table = text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END));
  expect(table).toBe(renderRoleTable());
});
