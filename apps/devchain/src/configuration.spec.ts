import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '@besure/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { devchainConfiguration } from './configuration.js';

let directory = '';
let good: Record<string, string> = {};

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'besure-devchain-'));
  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  good = { DEVCHAIN_DATA_DIR: directory, DEVCHAIN_PASSWORD_FILE: file('password', 'secret\n') };
  file('empty', '\n');
});

afterAll(() => rmSync(directory, { recursive: true }));

describe('what devchain is told', () => {
  it('can be little', () => {
    expect(readConfiguration(devchainConfiguration, good)).toMatchObject({
      http: { port: 8080, host: '0.0.0.0' },
      dataDirectory: directory,
      chain: 'besure',
      user: 'multichainrpc',
      password: 'secret',
      blockMillis: 2000,
    });
  });

  it.each([
    ['DEVCHAIN_DATA_DIR', ''],
    ['DEVCHAIN_PASSWORD_FILE', ''],
    ['DEVCHAIN_PASSWORD_FILE', '/nowhere/password'],
    ['DEVCHAIN_PASSWORD_FILE', 'empty'],
    ['DEVCHAIN_CHAIN', 'A chain'],
    ['DEVCHAIN_USER', 'a:b'],
    ['DEVCHAIN_BLOCK_MILLIS', '1'],
    ['DEVCHAIN_BLOCK_MILLIS', '1.5'],
    ['BESURE_HTTP_PORT', 'eighty'],
  ])('is refused with the name of the variable: %s=%s', (variable, value) => {
    const given = value === 'empty' ? join(directory, 'empty') : value;
    expect(() => readConfiguration(devchainConfiguration, { ...good, [variable]: given })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', variable }),
    );
  });
});
