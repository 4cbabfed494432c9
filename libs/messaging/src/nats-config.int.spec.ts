import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, Events, nkeyAuthenticator, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventBatch } from '@besure/event-store';
import { sampleEvents } from '@besure/event-store/contract';
import { natsBinary, startNats, type Nats } from '@besure/testing';
import { connectBus, inboxPrefixOf, type Bus } from './bus.js';
import { JetStreamInlet } from './jetstream-inlet.js';
import { JetStreamOutlet } from './jetstream-outlet.js';
import { renderNatsAccounts } from './nats-config.js';
import { PIPE_SERVICES } from './nats-permissions.js';
import { generateNatsUser, readSeed } from './nats-user.js';
import { request } from './request.js';

let nats: Nats;
let folder = '';
const buses: Bus[] = [];
const connections: NatsConnection[] = [];

const keyFile = (zone: string, user: string): string => join(folder, `${zone}-${user}`);

function keys(zone: string, users: readonly string[]): Record<string, string> {
  return Object.fromEntries(users.map((user) => [user, generateNatsUser(keyFile(zone, user))]));
}

type Keys = { intake: string; proof: string; archive: string };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besure-nkeys-'));
  const config = renderNatsAccounts([
    {
      role: 'organisation',
      id: 'alpha',
      services: keys('alpha', PIPE_SERVICES) as Keys,
      backOffices: keys('alpha', ['office']),
    },
    {
      role: 'exchange',
      id: 'exchange',
      services: keys('exchange', PIPE_SERVICES) as Keys,
      guests: keys('exchange', ['alpha', 'beta']),
    },
    {
      role: 'hub',
      id: 'hub',
      services: keys('hub', ['ledger-writer', 'rights']) as { 'ledger-writer': string; rights: string },
      guests: keys('hub', ['alpha', 'exchange']),
    },
  ]);
  nats = await startNats({ config });
});
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  await Promise.all(connections.splice(0).map((connection) => connection.close()));
});
afterAll(async () => {
  await nats.stop();
  rmSync(folder, { recursive: true, force: true });
});

function busOf(zone: string, user: string): Bus {
  const bus = connectBus({
    url: nats.url,
    name: user,
    credentialsFile: keyFile(zone, user),
    inboxPrefix: inboxPrefixOf(user),
  });
  buses.push(bus);
  return bus;
}

async function connectionOf(zone: string, user: string): Promise<NatsConnection> {
  const connection = await connect({
    servers: nats.url,
    authenticator: nkeyAuthenticator(readSeed(keyFile(zone, user))),
    inboxPrefix: inboxPrefixOf(user),
  });
  connections.push(connection);
  return connection;
}

/** What the server says of a subscription: an error, or nothing until the next round trip. */
async function subscribed(connection: NatsConnection, subject: string): Promise<string> {
  let outcome = 'allowed';
  connection.subscribe(subject, {
    callback: (error) => {
      if (error !== null) outcome = error.code;
    },
  });
  await connection.flush();
  return outcome;
}

/** What the server says of a publish. */
async function published(connection: NatsConnection, subject: string): Promise<string> {
  const errors: string[] = [];
  const status = connection.status();
  const watching = (async () => {
    for await (const { type, permissionContext } of status) {
      if (type === Events.Error && permissionContext?.subject === subject) errors.push('denied');
    }
  })();
  connection.publish(subject, '{}');
  await connection.flush();
  await connection.flush();
  (status as unknown as { stop(): void }).stop();
  await watching;
  return errors[0] ?? 'allowed';
}

/** The different outcomes of trying all subjects, with the subjects of all but the first named. */
async function each(
  subjects: readonly string[],
  attempt: (subject: string) => Promise<string>,
): Promise<string[]> {
  const outcomes: string[] = [];
  for (const subject of subjects) {
    const outcome = await attempt(subject);
    if (!outcomes.includes(outcome)) outcomes.push(outcomes.length === 0 ? outcome : `${outcome} ${subject}`);
  }
  return outcomes;
}

describe('the pipe with exactly its permissions', () => {
  test.each([
    ['alpha', 'intake', 'proof'],
    ['alpha', 'proof', 'intake'],
    ['alpha', 'proof', 'archive'],
    ['alpha', 'archive', 'intake'],
    ['exchange', 'proof', 'archive'],
  ])('%s: %s to %s', async (zone, source, consumer) => {
    const outlet = new JetStreamOutlet({ bus: busOf(zone, source), schema: source });
    const told: [string, number][] = [];
    const end = await outlet.serve({
      replay: async (after) => eventBatch(after, sampleEvents(after + 1, after + 1)),
      committed: async (name, position) => void told.push([name, position]),
    });
    const held = await outlet.lastPublished();
    await outlet.publish(sampleEvents(held + 1, held + 3));
    await outlet.publish(sampleEvents(held + 4, held + 5));
    const inlet = new JetStreamInlet({ bus: busOf(zone, consumer), source, consumer });
    const seen: number[] = [];
    const subscription = await inlet.start(held + 1, async (batch) => {
      seen.push(batch.to);
    });
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual([held + 3, held + 5]);
    expect((await inlet.replay(9)).to).toBe(10);
    inlet.committed(held + 5);
    await expect.poll(() => told).toContainEqual([consumer, held + 5]);
    await outlet.purgeBelow(held + 4);
    expect(await outlet.lastPublished()).toBe(held + 5);
    await subscription.stop();
    await end();
  });
});

describe('across zones', () => {
  /** Answers on a pattern as a service of the zone does. */
  async function answering(zone: string, service: string, pattern: string): Promise<void> {
    const connection = await connectionOf(zone, service);
    connection.subscribe(pattern, {
      callback: (_error, message) => message.respond(JSON.stringify({ ok: true, by: service })),
    });
    await connection.flush();
  }

  test.each([
    [
      'exchange',
      'proof',
      'besure.exchange.countersign.v1.*',
      'alpha',
      'besure.exchange.countersign.v1.alpha',
    ],
    ['exchange', 'archive', 'besure.exchange.copies.v1.*', 'beta', 'besure.exchange.copies.v1.beta'],
    ['hub', 'ledger-writer', 'besure.hub.submit.v1.*', 'exchange', 'besure.hub.submit.v1.exchange'],
    ['hub', 'ledger-writer', 'besure.hub.outputs.v1.*', 'alpha', 'besure.hub.outputs.v1.alpha'],
    ['hub', 'ledger-writer', 'besure.hub.cosign.v1.*', 'alpha', 'besure.hub.cosign.v1.alpha'],
    ['hub', 'ledger-writer', 'besure.hub.found.v1.rights', 'rights', 'besure.hub.found.v1.rights'],
    ['alpha', 'intake', 'besure.intake.v1', 'office', 'besure.intake.v1'],
    ['alpha', 'intake', 'besure.intake.v1.*', 'office', 'besure.intake.v1.office'],
  ])('%s %s answers %s to %s', async (zone, service, pattern, user, subject) => {
    await answering(zone, service, pattern);
    const reply = await request(busOf(zone, user), subject, {}, { timeoutMillis: 5000 });
    expect(reply).toEqual({ ok: true, by: service });
  });

  test('nobody asks under another name, and nobody hears the questions and answers of others', async () => {
    const alpha = busOf('exchange', 'alpha');
    await expect(
      request(alpha, 'besure.exchange.countersign.v1.beta', {}, { timeoutMillis: 5000 }),
    ).rejects.toMatchObject({
      code: 'forbidden',
    });
    const stranger = await connectionOf('exchange', 'alpha');
    expect(
      await each(
        [
          '_INBOX_beta.>',
          '_INBOX.>',
          '_INBOX_proof.>',
          '>',
          '*.>',
          'besure.>',
          'besure.exchange.countersign.v1.*',
          'besure.exchange.countersign.v1.alpha',
          'besure.proof.events',
          '$JS.>',
          '$SYS.>',
        ],
        (subject) => subscribed(stranger, subject),
      ),
    ).toEqual(['PERMISSIONS_VIOLATION']);
    expect(await subscribed(stranger, '_INBOX_alpha.>')).toBe('allowed');
    expect(
      await each(
        [
          'besure.intake.v1',
          'besure.intake.events',
          'besure.proof.committed.archive',
          'besure.proof.replay',
          '$JS.API.STREAM.PURGE.PROOF',
          '$JS.API.STREAM.DELETE.PROOF',
          '$JS.API.INFO',
          '_INBOX_beta.x',
        ],
        (subject) => published(stranger, subject),
      ),
    ).toEqual(['denied']);
    expect(await published(stranger, 'besure.exchange.copies.v1.alpha')).toBe('allowed');
  });

  test('whoever answers cannot be made to answer elsewhere', async () => {
    const proof = await connectionOf('exchange', 'proof');
    expect(
      await each(
        [
          'besure.intake.events',
          '$JS.API.STREAM.PURGE.INTAKE',
          '$JS.API.STREAM.DELETE.PROOF',
          '_INBOX_office.x',
          'besure.archive.events',
        ],
        (subject) => published(proof, subject),
      ),
    ).toEqual(['denied']);
    expect(await published(proof, '_INBOX_beta.x')).toBe('allowed');
  });

  test('services of a zone stay within their part', async () => {
    const archive = await connectionOf('alpha', 'archive');
    expect(
      await each(
        [
          'besure.proof.events',
          'besure.intake.events',
          'besure.intake.replay',
          'besure.proof.committed.intake',
          '$JS.API.STREAM.DELETE.ARCHIVE',
          '$JS.API.STREAM.PURGE.PROOF',
          '$JS.API.CONSUMER.CREATE.INTAKE',
          '$JS.API.CONSUMER.DELETE.PROOF.x',
          '$JS.API.DIRECT.GET.INTAKE',
        ],
        (subject) => published(archive, subject),
      ),
    ).toEqual(['denied']);
    expect(await subscribed(archive, 'besure.intake.events')).toBe('PERMISSIONS_VIOLATION');
    expect(await subscribed(archive, 'besure.proof.events')).toBe('PERMISSIONS_VIOLATION');
  });

  test('zones do not see each other, and a key of one is nobody in the other', async () => {
    const outlet = new JetStreamOutlet({ bus: busOf('exchange', 'intake'), schema: 'intake' });
    const ours = new JetStreamOutlet({ bus: busOf('alpha', 'intake'), schema: 'intake' });
    const before = await ours.lastPublished();
    await outlet.lastPublished();
    await outlet.publish(sampleEvents(1000, 1001));
    expect(await ours.lastPublished()).toBe(before);
    const nobody = connectBus({ url: nats.url, name: 'nobody' });
    buses.push(nobody);
    await expect(nobody.waitForConnection(1000)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('a wrong key is told as such and tried again', async () => {
    const path = keyFile('alpha', 'unknown');
    generateNatsUser(path);
    const told: string[] = [];
    const bus = connectBus({
      url: nats.url,
      name: 'x',
      credentialsFile: path,
      onChange: (connected, error) => told.push(connected ? 'connected' : (error?.code ?? 'lost')),
    });
    buses.push(bus);
    await expect.poll(() => told.length).toBeGreaterThan(1);
    expect(new Set(told)).toEqual(new Set(['credentials']));
  });
});

describe('the reviewed server configuration', () => {
  test.each(['organisation', 'exchange', 'hub'])(
    'is accepted by the server with the accounts of: %s',
    (role) => {
      const reviewed = new URL('../../../deploy/nats/', import.meta.url).pathname;
      const copy = mkdtempSync(join(folder, 'config-'));
      copyFileSync(join(reviewed, 'server.conf'), join(copy, 'server.conf'));
      copyFileSync(join(reviewed, `${role}-accounts.conf`), join(copy, 'accounts.conf'));
      writeFileSync(join(copy, 'tls.conf'), ''); // the server would read the certificate
      const variables = [
        ...readFileSync(join(copy, 'accounts.conf'), 'utf8').matchAll(/\$(NKEY_[A-Z_]+)/g),
      ].map((match) => match[1] ?? '');
      const environment = Object.fromEntries(
        variables.map((name) => [name, generateNatsUser(join(copy, name))]),
      );
      const result = spawnSync(natsBinary(), ['-t', '-c', join(copy, 'server.conf')], {
        env: { ...environment, NATS_SERVER_NAME: 'test' },
        encoding: 'utf8',
      });
      expect(result.stderr).toContain('is valid');
      expect(result.status).toBe(0);
    },
  );
});
