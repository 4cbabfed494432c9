import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeError } from './describe-error.js';

const apps = join(import.meta.dirname, '../../../apps');

/** The error class of each service: `src/error.ts`. */
const classes = globSync('*/src/error.ts', { cwd: apps }).flatMap((file) =>
  [...readFileSync(join(apps, file), 'utf8').matchAll(/class (\w+) extends Error/g)].map(([, name]) => name!),
);

it.each(classes)('tells what %s says: a dead letter without it tells an operator nothing', (name) => {
  const error = Object.assign(new Error('a path does not lead to the root'), { name, code: 'malformed' });
  expect(describeError(error)).toMatchObject({ name, code: 'malformed', message: error.message });
});

it('knows of the services’ errors', () => {
  expect(classes).toEqual(expect.arrayContaining(['ArchiveError', 'LedgerWriterError', 'ProofError']));
});

it('keeps back what others say, as that may quote anything', () => {
  const cause = new SyntaxError('Unexpected token 85.07.30-033.28');
  const { message, cause: described } = describeError(new TypeError('no 85.07.30-033.28', { cause }));
  expect([message, described?.message]).toEqual([undefined, undefined]);
  expect(described?.name).toBe('SyntaxError');
});
