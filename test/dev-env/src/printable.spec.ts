import { expect, it } from 'vitest';
import { printable, printableLines } from './printable.js';

it('leaves what people read, in whatever language', () => {
  const names = ['Lettre à l’Échevin – n° 7.txt', '株式会社 👩‍👩‍👧', 'a "quoted" \\ name', ''];
  expect(names.map(printable)).toEqual(names);
});

it('shows what a terminal would obey', () => {
  expect(printable('a\u001b[31m\u0007b\r\n\u009b2Jc\u007f')).toBe(
    'a\\u001b[31m\\u0007b\\u000d\\u000a\\u009b2Jc\\u007f',
  );
  expect(printable('invoice\u202efdp.exe')).toBe('invoice\\u202efdp.exe');
  expect(printable('half \ud800')).toBe('half \ufffd');
  expect(printableLines('one\n\u001b[2Jtwo')).toBe('one\n\\u001b[2Jtwo');
});
