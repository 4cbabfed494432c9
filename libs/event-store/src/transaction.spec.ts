import { describe, expect, it } from 'vitest';
import { QueryFailedError } from 'typeorm';
import { EventStoreError } from './error.js';
import { isDatabaseUnavailable } from './transaction.js';

function coded(code: string, message = 'x'): Error {
  return Object.assign(new Error(message), { code });
}

describe('isDatabaseUnavailable', () => {
  it.each<[string, unknown]>([
    ['a refused connection', coded('ECONNREFUSED')],
    ['a shutdown', new QueryFailedError('SELECT 1', [], coded('57P01'))],
    ['a full disk', new QueryFailedError('INSERT', [], coded('53100'))],
    ['too many connections', coded('53300')],
    ['a pool that gets no connection', new Error('timeout exceeded when trying to connect')],
    ['a connection that broke', new Error('Connection terminated unexpectedly')],
    ['an unknown commit', new EventStoreError('commit-unknown', 'x')],
  ])('says so of %s', (_what, error) => {
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a broken constraint', new QueryFailedError('INSERT', [], coded('23505'))],
    ['a wrong statement', new QueryFailedError('SELCT', [], coded('42601'))],
    ['a fault of the caller', new EventStoreError('bad-event', 'x')],
    ['anything else', new TypeError('x')],
    ['no error', null],
  ])('does not of %s', (_what, error) => {
    expect(isDatabaseUnavailable(error)).toBe(false);
  });
});
