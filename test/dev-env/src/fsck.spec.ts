import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatTrust, parseCharter, trustOf } from '@besure/governance';
import { afterAll, describe, expect, it } from 'vitest';
import { fsckOptionsOf } from './fsck.js';

const VECTOR = new URL('../../../vectors/trust-log/valid/decided.json', import.meta.url);
const { text, charter: canonical } = JSON.parse(readFileSync(VECTOR, 'utf8')) as {
  text: string;
  charter: string;
};
const charter = parseCharter(canonical);
const folder = mkdtempSync(join(tmpdir(), 'besure-fsck-options-'));
const token = join(folder, 'token');
writeFileSync(token, 'secret\n');
afterAll(() => rmSync(folder, { recursive: true }));

const service = (name: 'archive' | 'ledger-writer', organisation: string) => ({
  name,
  organisation,
  pid: 1,
  http: `http://${organisation}.example`,
});

const NETWORK = {
  postgres: { url: 'postgres://127.0.0.1:1/postgres', pid: 1, folder },
  tokens: Object.fromEntries(charter.organisations.map(({ id }) => [id, token])),
  services: [
    ...charter.organisations.map(({ id }) => service('archive', id)),
    ...charter.hubs.map(({ id }) => service('ledger-writer', id)),
  ],
};

describe('what fsck is told of a network', () => {
  it.each([
    ['with the decisions, as `up` keeps it', text],
    ['with a charter alone', formatTrust(trustOf(charter))],
  ])('comes of a trust file %s', (_, trust) => {
    const options = fsckOptionsOf({ ...NETWORK, trust });
    expect(options.charter).toEqual(charter);
    expect(options.trust?.charter).toEqual(charter);
    expect(options.zones.map(({ organisation }) => organisation)).toEqual(
      charter.organisations.map(({ id }) => id),
    );
  });
});
