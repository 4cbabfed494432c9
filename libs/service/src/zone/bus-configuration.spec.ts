import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateNatsUser } from '@besure/messaging';
import { TestAuthority } from '@besure/testing/tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfiguration } from '../configuration.js';
import { hubBusVariables, hubBuses } from './hub-buses.js';
import { busConfig, busOptions, exchangeBus, exchangeVariables } from './member-configuration.js';

const folder = mkdtempSync(join(tmpdir(), 'besure-bus-configuration-'));
const [seed, ca, none] = ['seed', 'ca.crt', 'none.crt'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];

beforeAll(async () => {
  generateNatsUser(seed);
  writeFileSync(ca, (await TestAuthority.create()).certificate);
  writeFileSync(none, 'no certificate');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a bus', () => {
  test('is dialled with what is set, and nothing else', () => {
    const url = 'tls://bus.example';
    const full = busConfig('BESURE_NATS', { url, credentialsFile: seed, caFile: ca });
    expect(busOptions(full)).toEqual({ url, credentialsFile: seed, caFile: ca });
    const bare = busConfig('BESURE_NATS', { url, credentialsFile: undefined, caFile: undefined });
    expect(busOptions(bare)).toEqual({ url });
  });

  test.each([
    ['a seed', { credentialsFile: () => ca, caFile: () => ca }, 'BESURE_NATS_CREDENTIALS_FILE'],
    ['a certificate', { credentialsFile: () => seed, caFile: () => none }, 'BESURE_NATS_CA_FILE'],
    ['a file', { credentialsFile: () => seed, caFile: () => join(folder, 'x') }, 'BESURE_NATS_CA_FILE'],
  ])('without %s where one is named is not dialled', (_what, { credentialsFile, caFile }, variable) => {
    const files = { credentialsFile: credentialsFile(), caFile: caFile() };
    expect(() => busConfig('BESURE_NATS', { url: 'tls://bus.example', ...files })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', variable }),
    );
  });

  test('of the exchange and of the hubs has authorities of its own', () => {
    const exchange = z.object(exchangeVariables).transform((env) => exchangeBus(env, 'organisation'));
    expect(
      readConfiguration(exchange, {
        BESURE_EXCHANGE_NATS_URL: 'tls://exchange.example',
        BESURE_EXCHANGE_NATS_CA_FILE: ca,
      }),
    ).toEqual({ url: 'tls://exchange.example', credentialsFile: undefined, caFile: ca });
    const hubs = z.object(hubBusVariables).transform(hubBuses);
    expect(
      readConfiguration(hubs, {
        BESURE_HUB_NATS_URLS: 'tls://one.example, tls://two.example',
        BESURE_HUB_NATS_CA_FILE: ca,
      }).map(({ caFile }) => caFile),
    ).toEqual([ca, ca]);
  });
});
