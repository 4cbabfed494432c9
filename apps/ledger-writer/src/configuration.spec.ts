import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Charter } from '@besure/governance';
import { generateHubKeys } from '@besure/keys';
import { encodeBase64, encodeBase64url } from '@besure/protocol';
import { ConfigurationError, readConfiguration } from '@besure/service';
import { TEST_AUTHORITY } from '@besure/time-stamp/test-authority';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeNetwork } from '../contract/scripted-network.js';
import { type LedgerWriterConfig, ledgerWriterConfiguration } from './configuration.js';

const AUTHORITY = { name: 'test', certificate: encodeBase64(TEST_AUTHORITY.root), from: 0, until: null };

let folder: string;
let environment: Record<string, string>;

/** The environment of a hub of a charter with these authorities. */
function withAuthorities(timeStampAuthorities: Charter['timeStampAuthorities']): Record<string, string> {
  const own = mkdtempSync(join(folder, 'hub-'));
  const keyFile = join(own, 'hub.json');
  const { log, witness } = generateHubKeys(keyFile);
  const raw = (pair: typeof log) => ({
    mlDsa44: encodeBase64url(pair.mlDsa44.publicKey),
    ed25519: encodeBase64url(pair.ed25519.publicKey),
  });
  const { charter } = makeNetwork();
  const hubs = charter.hubs.map((hub) => ({
    ...hub,
    keys: [{ from: 0, until: null, log: raw(log), witness: raw(witness) }],
  }));
  const charterFile = join(own, 'charter.json');
  writeFileSync(charterFile, JSON.stringify({ ...charter, hubs, timeStampAuthorities }));
  return { ...environment, BESURE_CHARTER_FILE: charterFile, BESURE_HUB_KEY_FILE: keyFile };
}

function read(variables: Record<string, string>): LedgerWriterConfig {
  return readConfiguration(ledgerWriterConfiguration, variables);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'besure-ledger-writer-'));
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, 'secret\n');
  environment = {
    BESURE_DATABASE_URL: 'postgres://hub@localhost/hub',
    BESURE_NATS_URL: 'nats://localhost:4222',
    MULTICHAIN_URL: 'http://localhost:8002',
    MULTICHAIN_PASSWORD_FILE: passwordFile,
  };
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('the configuration of time stamps', () => {
  const url = 'https://authority.example/tsa';

  it('is none where no authority is told', () => {
    expect(read(withAuthorities([AUTHORITY])).timeStamps).toBeNull();
  });

  it('asks once a day, or as often as it is told', () => {
    const told = { ...withAuthorities([AUTHORITY]), BESURE_TIME_STAMP_URL: url };
    expect(read(told).timeStamps).toEqual({ url, everySeconds: 86_400 });
    expect(read({ ...told, BESURE_TIME_STAMP_SECONDS: '60' }).timeStamps).toEqual({ url, everySeconds: 60 });
  });

  it.each([
    ['BESURE_TIME_STAMP_URL', 'ftp://authority.example'],
    ['BESURE_TIME_STAMP_SECONDS', '0'],
    ['BESURE_TIME_STAMP_SECONDS', 'daily'],
  ])('refuses %s = %s', (variable, value) => {
    const told = { ...withAuthorities([AUTHORITY]), BESURE_TIME_STAMP_URL: url };
    const fault = expect.objectContaining({ name: ConfigurationError.name, variable }) as Error;
    expect(() => read({ ...told, [variable]: value })).toThrow(fault);
  });

  it('needs no authority in the first charter: the board may name one later', () => {
    const told = { ...withAuthorities([]), BESURE_TIME_STAMP_URL: url };
    expect(read(told).timeStamps).toMatchObject({ url });
  });
});
