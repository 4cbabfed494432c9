import { expect, it } from 'vitest';
import { run } from './run.js';

it.each([
  [['--minutes', '0'], '--minutes is a number'],
  [['--minutes', '2m'], '--minutes is a number'],
  [['--minutes', '1', '--seed', 'a b'], '--seed is one word'],
  [['--minutes', '1', '--seed', '$(x)'], '--seed is one word'],
  [['2'], ''],
])('besure chaos refuses %j with exit status 64, and starts nothing', async (args, reason) => {
  let err = '';
  const status = await run(['chaos', ...args], {
    out: () => expect.unreachable(),
    err: (text) => void (err += text),
    coloured: false,
    width: null,
  });
  expect(status).toBe(64);
  expect(err).toContain(reason);
  expect(err).toContain('usage: ./besure chaos');
});
