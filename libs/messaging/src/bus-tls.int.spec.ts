import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startNats, waitUntil, type Nats } from '@besure/testing';
import { TestAuthority, type TestCertificate } from '@besure/testing/tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connectBus, type Bus, type BusOptions } from './bus.js';
import { renderNatsAccounts } from './nats-config.js';
import { generateNatsUser } from './nats-user.js';
import { request } from './request.js';

const folder = mkdtempSync(join(tmpdir(), 'besure-bus-tls-'));
const path = (name: string): string => join(folder, name);
const buses: Bus[] = [];
const servers: Nats[] = [];
let ours: TestAuthority;
let nats: Nats;

/** A server as deploy/nats has it: nkey users over TLS. */
async function serve(certificate: TestCertificate, port?: number): Promise<Nats> {
  writeFileSync(path('tls.crt'), certificate.certificate);
  writeFileSync(path('tls.key'), certificate.key, { mode: 0o600 });
  const tls = `tls { cert_file: ${JSON.stringify(path('tls.crt'))}, key_file: ${JSON.stringify(path('tls.key'))} }`;
  const started = await startNats({ config: `${tls}\n${accounts}`, ...(port !== undefined && { port }) });
  servers.push(started);
  return started;
}

let accounts = '';

beforeAll(async () => {
  accounts = renderNatsAccounts([
    {
      role: 'organisation',
      id: 'alpha',
      services: {
        intake: generateNatsUser(path('intake')),
        proof: generateNatsUser(path('proof')),
        archive: generateNatsUser(path('archive')),
      },
      backOffices: { office: generateNatsUser(path('office')) },
    },
  ]);
  ours = await TestAuthority.create('Ours');
  writeFileSync(path('ca.crt'), ours.certificate);
  writeFileSync(path('others.crt'), (await TestAuthority.create('Others')).certificate);
  nats = await serve(await ours.issue({ name: 'nats', use: 'server', hosts: ['127.0.0.1'] }));
});
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

/** What is told of each attempt: `connected`, or the code of why not. */
function dial(options: Omit<BusOptions, 'name'>, user = 'office'): { bus: Bus; told: string[] } {
  const told: string[] = [];
  const bus = connectBus({
    name: user,
    credentialsFile: path(user),
    inboxPrefix: `_INBOX_${user}`,
    onChange: (connected, error) => told.push(connected ? 'connected' : (error?.code ?? 'lost')),
    ...options,
  });
  buses.push(bus);
  return { bus, told };
}

function first(told: readonly string[]): Promise<string> {
  return waitUntil({ what: 'an attempt' }, () => told[0]);
}

const secure = (server: Nats): string => server.url.replace('nats:', 'tls:');

test.each([
  ['tls:', secure],
  ['nats:, as the authorities are given', (server: Nats) => server.url],
])('asks and is answered over TLS: %s', async (_what, urlOf) => {
  const options = { url: urlOf(nats), caFile: path('ca.crt') };
  const { bus: intake } = dial(options, 'intake');
  (await intake.waitForConnection(5000)).subscribe('besure.intake.v1.office', {
    callback: (_error, message) => message.respond('{"ok":true}'),
  });
  await (await intake.waitForConnection(5000)).flush();
  const { bus: office } = dial(options);
  expect(await request(office, 'besure.intake.v1.office', {}, { timeoutMillis: 5000 })).toEqual({ ok: true });
});

test.each<[string, () => Omit<BusOptions, 'name'>]>([
  ['of an authority that is not ours', () => ({ url: secure(nats), caFile: path('others.crt') })],
  ['of an authority that nobody knows', () => ({ url: secure(nats) })],
  ['for another host', () => ({ url: `tls://localhost:${nats.port}`, caFile: path('ca.crt') })],
])('does not talk to a server with a certificate %s', async (_what, options) => {
  const { bus, told } = dial(options());
  expect(await first(told)).toBe('certificate');
  expect(bus.connected).toBe(false);
});

test('an address is held against the certificate, which for `localhost` is not enough', async () => {
  const named = await serve(await ours.issue({ name: 'nats', use: 'server', hosts: ['localhost'] }));
  expect(await first(dial({ url: secure(named), caFile: path('ca.crt') }).told)).toBe('certificate');
  const byName = { url: `tls://localhost:${named.port}`, caFile: path('ca.crt') };
  expect(await first(dial(byName).told)).toBe('connected');
});

test('does not talk in clear to a server that should speak TLS', async () => {
  const plain = await startNats();
  servers.push(plain);
  for (const options of [{ url: secure(plain) }, { url: plain.url, caFile: path('ca.crt') }])
    expect(await first(dial(options).told)).toBe('certificate');
});

test('a new authority counts from the next connection', async () => {
  const port = await freePort();
  const next = await TestAuthority.create('Next');
  const before = await serve(await ours.issue({ name: 'nats', use: 'server' }), port);
  writeFileSync(path('rotating.crt'), ours.certificate);
  const { told } = dial({ url: secure(before), caFile: path('rotating.crt') });
  expect(await first(told)).toBe('connected');
  await before.stop();
  await serve(await next.issue({ name: 'nats', use: 'server' }), port);
  await waitUntil(
    { what: 'the new certificate to be refused' },
    () => told.includes('certificate') || undefined,
  );
  expect(told.filter((one) => one === 'connected')).toHaveLength(1);
  writeFileSync(path('rotating.crt'), ours.certificate + next.certificate);
  await waitUntil({ what: 'a connection' }, () => (told.at(-1) === 'connected' ? true : undefined));
  expect(told.filter((one) => one === 'connected')).toHaveLength(2);
});
