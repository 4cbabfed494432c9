import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectBus } from './bus.js';
import { renderNatsAccounts, type NatsZone } from './nats-config.js';
import { generateNatsUser, publicNkey } from './nats-user.js';

const services = { intake: '$NKEY_INTAKE', proof: '$NKEY_PROOF', archive: '$NKEY_ARCHIVE' };

/** The zones of the reviewed files: keys come from the environment, two organisations stand for any number. */
const REVIEWED: Readonly<Record<string, NatsZone>> = {
  'organisation-accounts.conf': {
    role: 'organisation',
    id: 'organisation',
    services,
    backOffices: { 'back-office': '$NKEY_BACK_OFFICE' },
  },
  'exchange-accounts.conf': {
    role: 'exchange',
    id: 'exchange',
    services,
    backOffices: { 'back-office': '$NKEY_BACK_OFFICE' },
    guests: { alpha: '$NKEY_ALPHA', beta: '$NKEY_BETA' },
  },
  'hub-accounts.conf': {
    role: 'hub',
    id: 'hub',
    services: { 'ledger-writer': '$NKEY_LEDGER_WRITER', rights: '$NKEY_RIGHTS' },
    guests: { alpha: '$NKEY_ALPHA', beta: '$NKEY_BETA', exchange: '$NKEY_EXCHANGE' },
  },
};

describe('the reviewed files', () => {
  test.each(Object.entries(REVIEWED))('deploy/nats/%s is what is rendered', async (name, zone) => {
    const path = new URL(`../../../deploy/nats/${name}`, import.meta.url).pathname;
    await expect(renderNatsAccounts([zone])).toMatchFileSnapshot(path);
  });

  test('nothing in them allows everything', () => {
    const text = Object.keys(REVIEWED)
      .map((name) => readFileSync(new URL(`../../../deploy/nats/${name}`, import.meta.url), 'utf8'))
      .join('\n');
    const subjects = [...text.matchAll(/^ +"([^"]+)"$/gm)].map((match) => match[1] ?? '');
    expect(subjects.length).toBeGreaterThan(60);
    for (const subject of subjects)
      expect(subject).toMatch(/^(besure\.[a-z]+\.|_INBOX_[a-z-]+\.>$|\$JS\.API\.)/);
    // Wildcards stand only for who asks, for an inbox, and for the name of an ephemeral consumer.
    for (const subject of subjects.filter((each) => each.includes('*'))) {
      expect(subject).toMatch(
        /^(besure\.((exchange|hub)\.[a-z]+|intake)\.v1\.\*|besure\.[a-z]+\.committed\.\*|\$JS\.API\.CONSUMER\.MSG\.NEXT\.[A-Z]+\.\*)$/,
      );
    }
    expect(text).not.toContain('STREAM.DELETE');
    expect(text).not.toContain('allow_responses');
  });
});

describe('rendering refuses', () => {
  const alpha: NatsZone = { role: 'organisation', id: 'alpha', services };
  test.each<[string, NatsZone[]]>([
    ['two zones with one id', [alpha, alpha]],
    ['guests of an organisation', [{ ...alpha, guests: { beta: '$NKEY_BETA' } }]],
    [
      'a guest with the name of a service: it would read its answers',
      [{ ...alpha, role: 'exchange', guests: { proof: '$NKEY_X' } }],
    ],
    ['one key for two users', [{ ...alpha, backOffices: { office: '$NKEY_PROOF' } }]],
    ['a name that is a wildcard', [{ ...alpha, role: 'exchange', guests: { '*': '$NKEY_X' } }]],
    ['a name with a dot', [{ ...alpha, id: 'a.b' }]],
    [
      'a seed in place of a public key',
      [{ ...alpha, services: { ...services, proof: `SU${'A'.repeat(56)}` } }],
    ],
  ])('%s', (_name, zones) => {
    expect(() => renderNatsAccounts(zones)).toThrow(TypeError);
  });
});

describe('nkey users', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'besure-nkeys-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('the seed file is closed to others, holds the key that was told, and is never overwritten', () => {
    const path = join(folder, 'user');
    const key = generateNatsUser(path);
    expect(key).toMatch(/^U[A-Z2-7]{55}$/);
    expect(publicNkey(path)).toBe(key);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => generateNatsUser(path)).toThrow(/EEXIST/);
    chmodSync(path, 0o644);
    expect(() => publicNkey(path)).toThrow(expect.objectContaining({ code: 'credentials' }));
  });

  test.each([
    ['nothing', ''],
    ['a public key', `U${'A'.repeat(55)}`],
    ['a seed with a wrong checksum', `SU${'A'.repeat(56)}`],
    ['a seed and more', `SU${'A'.repeat(56)} more`],
  ])('%s is no credentials file, and the error does not quote it', (name, text) => {
    const path = join(folder, `bad ${name}`);
    writeFileSync(path, text, { mode: 0o600 });
    const connecting = (): unknown =>
      connectBus({ url: 'nats://127.0.0.1:1', name: 'x', credentialsFile: path });
    expect(connecting).toThrow(expect.objectContaining({ code: 'credentials' }));
    expect(connecting).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('AAAA') as string }),
    );
    expect(() =>
      connectBus({ url: 'nats://127.0.0.1:1', name: 'x', credentialsFile: join(folder, 'none') }),
    ).toThrow(expect.objectContaining({ code: 'credentials' }));
  });
});
