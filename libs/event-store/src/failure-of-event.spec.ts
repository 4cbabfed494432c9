import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { EventStoreError } from './error.js';
import { isFailureOfEvent } from './failure-of-event.js';

const withCode = (code: string): Error => Object.assign(new Error('x'), { code });
const failed = (code: string): Error => new QueryFailedError('SELECT 1', [], withCode(code));

describe('isFailureOfEvent', () => {
  it.each<[string, unknown]>([
    ['an error of the handler', new TypeError('x')],
    ['something else that is thrown', 'x'],
    ['an error with a code of its own', withCode('cannot-be-opened')],
    ['an error with a cause', new Error('x', { cause: new SyntaxError('y') })],
    ['an event that cannot be stored', new EventStoreError('bad-event', 'x')],
    ['a value that is no number', failed('22P02')],
    ['a constraint', failed('23505')],
    ['a row that is too large', failed('54000')],
    ['a trigger', failed('P0001')],
  ])('%s counts', (_, error) => {
    expect(isFailureOfEvent(error)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a database that shuts down', failed('57P01')],
    ['a connection that is gone', failed('08006')],
    ['a socket that is gone', withCode('ECONNRESET')],
    ['too many connections', failed('53300')],
    ['a full disk', failed('53100')],
    ['a deadlock', failed('40P01')],
    ['a table that is not there', failed('42P01')],
    ['a right that is missing', failed('42501')],
    ['a lock that did not come', failed('55P03')],
    ['a broken disk', failed('58030')],
    ['a commit that nobody knows of', new EventStoreError('commit-unknown', 'x')],
    ['a schema that is not migrated', new EventStoreError('not-migrated', 'x')],
    ['a newer version', new EventStoreError('unknown-version', 'x')],
    ['a file that is not there', Object.assign(withCode('ENOENT'), { syscall: 'open' })],
    ['what says that it can be tried again', Object.assign(new Error('x'), { retryable: true })],
    [
      'any of these behind another error',
      new Error('x', { cause: new Error('y', { cause: failed('57P01') }) }),
    ],
  ])('%s does not count', (_, error) => {
    expect(isFailureOfEvent(error)).toBe(false);
  });
});
