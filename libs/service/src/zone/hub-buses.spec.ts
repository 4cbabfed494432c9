import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateNatsUser } from '@besure/messaging';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { hubBuses, hubBusVariables } from './hub-buses.js';

const folder = mkdtempSync(join(tmpdir(), 'besure-hub-buses-'));
const [one, other] = ['one', 'other'].map((name) => {
  const path = join(folder, name);
  generateNatsUser(path);
  return path;
}) as [string, string];
writeFileSync(join(folder, 'none'), 'no seed\n');
afterAll(() => rmSync(folder, { recursive: true }));

function read(files: string | undefined, servers = 'nats://one:4222, nats://other:4222') {
  const schema = z.object(hubBusVariables);
  return hubBuses(
    schema.parse({
      BESURE_HUB_NATS_URLS: servers,
      ...(files !== undefined && { BESURE_HUB_NATS_CREDENTIALS_FILE: files }),
    }),
  );
}

it('the hubs are asked in the order of the list, each as the user of its file', () => {
  expect(read(`${one}, ${other}`)).toEqual([
    { url: 'nats://one:4222', credentialsFile: one },
    { url: 'nats://other:4222', credentialsFile: other },
  ]);
});

it('one file serves at all hubs, none is no user', () => {
  expect(read(one).map((bus) => bus.credentialsFile)).toEqual([one, one]);
  expect(read(undefined).map((bus) => bus.credentialsFile)).toEqual([undefined, undefined]);
});

it.each([
  ['two files for one hub', `${one},${other}`, 'nats://one:4222'],
  ['two files for three hubs', `${one},${other}`, 'nats://a,nats://b,nats://c'],
  ['a file without a seed', join(folder, 'none'), undefined],
  ['a file that is not there', `${one},${join(folder, 'missing')}`, undefined],
])('refuses %s', (_name, files, servers) => {
  expect(() => read(files, servers)).toThrow(
    expect.objectContaining({
      name: 'ConfigurationError',
      variable: 'BESURE_HUB_NATS_CREDENTIALS_FILE',
    }) as Error,
  );
});
