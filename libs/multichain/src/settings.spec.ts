import { describe, expect, it } from 'vitest';
import { connectNode } from './index.js';
import { parseSettings } from './settings.js';

const good = { url: 'http://127.0.0.1:17460', user: 'user', password: 'password' };

describe('settings of a node', () => {
  it.each([
    ['not a URL', { url: '127.0.0.1:17460' }],
    ['another scheme', { url: 'https://127.0.0.1:17460' }],
    ['credentials in the URL', { url: 'http://user:password@127.0.0.1:17460' }],
    ['a path', { url: 'http://127.0.0.1:17460/rpc' }],
    ['a query', { url: 'http://127.0.0.1:17460/?a' }],
    ['no user', { user: '' }],
    ['a user that would end early', { user: 'a:b' }],
    ['no password', { password: '' }],
  ])('refused: %s', (_, change) => {
    expect(() => connectNode({ ...good, ...change })).toThrow(
      expect.objectContaining({ name: 'LedgerError', code: 'settings' }),
    );
  });

  it('have defaults', () => {
    expect(parseSettings({ ...good, url: 'http://[::1]' })).toEqual({
      host: '::1',
      port: 80,
      user: 'user',
      password: 'password',
      chain: undefined,
      deadlineMillis: 30_000,
      largestAnswer: 67_108_864,
    });
  });
});
