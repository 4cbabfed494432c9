import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigurationError, fromVariable, readConfiguration } from './configuration.js';
import {
  duration,
  identifier,
  serviceConfig,
  serviceVariables,
  url,
  urls,
  wholeNumber,
} from './variables.js';

const schema = z
  .object({
    ...serviceVariables,
    BESURE_DATABASE_URL: url('postgres', 'postgresql'),
    BESURE_HUB_LOG_URLS: urls('http', 'https').optional(),
    BESURE_ORGANISATION: identifier(),
    BESURE_CLOCK_TOLERANCE: duration().default(300),
    BESURE_MAX_BACKLOG: wholeNumber(1, 1_000_000).default(10_000),
  })
  .transform((environment) => ({
    ...serviceConfig(environment),
    database: environment.BESURE_DATABASE_URL,
    logs: environment.BESURE_HUB_LOG_URLS ?? [],
    tolerance: environment.BESURE_CLOCK_TOLERANCE,
    backlog: environment.BESURE_MAX_BACKLOG,
  }));

const good = { BESURE_DATABASE_URL: 'postgres://u:secret@h/d', BESURE_ORGANISATION: 'alpha' };

function failureOf(environment: Record<string, string | undefined>): ConfigurationError {
  try {
    readConfiguration(schema, environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('readConfiguration', () => {
  test('defaults, transforms, empty means unset, other variables do not matter', () => {
    expect(readConfiguration(schema, { ...good, BESURE_HTTP_PORT: '', HOME: '/root' })).toEqual({
      http: { port: 8080, host: '0.0.0.0' },
      logLevel: 'info',
      requestMillis: 30_000,
      stopMillis: 20_000,
      database: 'postgres://u:secret@h/d',
      logs: [],
      tolerance: 300,
      backlog: 10_000,
    });
    expect(
      readConfiguration(schema, {
        ...good,
        BESURE_HTTP_PORT: '0',
        BESURE_HUB_LOG_URLS: 'http://a/x, https://b',
        BESURE_CLOCK_TOLERANCE: '30 d',
        BESURE_STOP_DEADLINE: '1m',
      }),
    ).toMatchObject({
      http: { port: 0 },
      logs: ['http://a/x', 'https://b'],
      tolerance: 2_592_000,
      stopMillis: 60_000,
    });
  });

  test.each([
    ['BESURE_HTTP_PORT', '65536', 'must be a whole number from 0 to 65535'],
    ['BESURE_HTTP_PORT', '08', 'must be a whole number from 0 to 65535'],
    ['BESURE_HTTP_PORT', '1e3', 'must be a whole number from 0 to 65535'],
    [
      'BESURE_DATABASE_URL',
      'mysql://u:secret@h/d',
      'must be a URL that starts with postgres:// or postgresql://',
    ],
    ['BESURE_DATABASE_URL', 'postgres', 'must be a URL that starts with postgres:// or postgresql://'],
    [
      'BESURE_HUB_LOG_URLS',
      'http://a,,http://b',
      'must be URLs separated by commas that start with http:// or https://',
    ],
    ['BESURE_CLOCK_TOLERANCE', '5 minutes', 'must be a duration like 300 s, 5 m, 2 h or 30 d'],
    ['BESURE_LOG_LEVEL', 'loud', 'must be one of debug, info, warn, error'],
    ['BESURE_MAX_BACKLOG', '0', 'must be a whole number from 1 to 1000000'],
  ])('%s=%s: one line with variable and rule, without the value', (variable, value, rule) => {
    const error = failureOf({ ...good, [variable]: value });
    expect(error.variable).toBe(variable);
    expect(error.message).toBe(`${variable} ${rule}`);
    expect(error.message).not.toContain('secret');
  });

  test('TLS has a certificate and a key, or neither', () => {
    const [certificate, key, clients] = [
      { BESURE_TLS_CERTIFICATE_FILE: '/tls.crt' },
      { BESURE_TLS_KEY_FILE: '/tls.key' },
      { BESURE_TLS_CLIENT_CA_FILE: '/clients.crt' },
    ];
    expect(readConfiguration(schema, { ...good, ...certificate, ...key, ...clients }).http.tls).toEqual({
      certificateFile: '/tls.crt',
      keyFile: '/tls.key',
      clientCaFile: '/clients.crt',
    });
    expect(failureOf({ ...good, ...certificate, ...clients }).variable).toBe('BESURE_TLS_KEY_FILE');
    for (const half of [key, clients])
      expect(failureOf({ ...good, ...half }).variable).toBe('BESURE_TLS_CERTIFICATE_FILE');
  });

  test('a missing variable is said to be missing', () => {
    expect(failureOf({ BESURE_ORGANISATION: 'alpha' }).message).toBe(
      'BESURE_DATABASE_URL is not set: it must be a URL that starts with postgres:// or postgresql://',
    );
  });
});

describe('fromVariable', () => {
  test('names the variable, on one line, for synchronous and asynchronous loading', async () => {
    const fail = (): never => {
      throw new Error('broken\nbadly');
    };
    expect(() => fromVariable('BESURE_X', fail)).toThrow(
      new ConfigurationError('BESURE_X', 'cannot be used: broken badly'),
    );
    await expect(fromVariable('BESURE_X', () => Promise.resolve().then(fail))).rejects.toThrow(
      'BESURE_X cannot be used: broken badly',
    );
    expect(fromVariable('BESURE_X', () => 7)).toBe(7);
    await expect(fromVariable('BESURE_X', () => Promise.resolve(7))).resolves.toBe(7);
  });
});
