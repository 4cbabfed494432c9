import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateNatsUser, inboxPrefixOf, renderNatsAccounts } from '@besure/messaging';
import { hashToken, newToken } from '@besure/service';
import { type Nats, startNats, waitUntil } from '@besure/testing';
import { type NatsConnection, connect, headers as newHeaders, nkeyAuthenticator } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntakeAtWork, sentEvent } from '../contract/intake-at-work.js';

const OFFICES = ['permits', 'taxes', 'archivist', 'stranger'] as const;
type Office = (typeof OFFICES)[number];

const folder = mkdtempSync(join(tmpdir(), 'besure-bus-users-'));
const token = newToken();
const connections = new Map<Office, NatsConnection>();
let nats: Nats;
let intake: IntakeAtWork;

const seedOf = (user: string): string => join(folder, user);

beforeAll(async () => {
  const keys = <U extends string>(users: readonly U[]): Record<U, string> =>
    Object.fromEntries(users.map((user) => [user, generateNatsUser(seedOf(user))])) as Record<U, string>;
  nats = await startNats({
    config: renderNatsAccounts([
      {
        role: 'organisation',
        id: 'alpha',
        services: keys(['intake', 'proof', 'archive']),
        backOffices: keys(OFFICES),
      },
    ]),
  });
  const tokensFile = join(folder, 'tokens.json');
  const write = { scopes: ['events:write'] };
  writeFileSync(
    tokensFile,
    JSON.stringify([
      { busUser: 'permits', sources: ['/permits'], ...write },
      { busUser: 'taxes', sources: ['/taxes'], eventsPerSecond: 1, ...write },
      { busUser: 'archivist', sources: ['*'], scopes: ['events:read'] },
      { sha256: hashToken(token), sources: ['/by-token'], ...write },
    ]),
  );
  intake = await IntakeAtWork.start({
    bus: { url: nats.url, credentialsFile: seedOf('intake') },
    tokensFile,
    logLevel: 'info',
  });
  for (const office of OFFICES) connections.set(office, await dial(office));
  await waitUntil({ what: 'intake to listen' }, async () => {
    const answer = await ask('permits', 'besure.intake.v1.permits', '{').catch(() => undefined);
    return answer;
  });
});
afterAll(async () => {
  await Promise.all([...connections.values()].map((connection) => connection.close()));
  await intake.stop();
  await nats.stop();
  rmSync(folder, { recursive: true, force: true });
});

function dial(office: Office): Promise<NatsConnection> {
  return connect({
    servers: nats.url,
    authenticator: nkeyAuthenticator(new TextEncoder().encode(readFileSync(seedOf(office), 'utf8').trim())),
    inboxPrefix: inboxPrefixOf(office),
  });
}

interface BusAnswer {
  readonly body: Record<string, unknown>;
  readonly retryAfter: string | undefined;
}

async function ask(office: Office, subject: string, text: string, bearer?: string): Promise<BusAnswer> {
  const headers = newHeaders();
  if (bearer !== undefined) headers.set('Authorization', `Bearer ${bearer}`);
  const reply = await connections.get(office)!.request(subject, text, { timeout: 10_000, headers });
  return {
    body: JSON.parse(reply.string()) as BusAnswer['body'],
    retryAfter: reply.headers?.get('retry-after'),
  };
}

function eventOf(source: string, id: string): string {
  return JSON.stringify(sentEvent({ source, id }, { message: `${source} ${id}` }));
}

describe('a user of the bus', () => {
  it('hands in events of its source, on its subject', async () => {
    expect((await ask('permits', 'besure.intake.v1.permits', eventOf('/permits', '1'))).body).toEqual({
      id: '1',
      source: '/permits',
      status: 'accepted',
    });
  });

  it('does not speak for another source', async () => {
    expect((await ask('permits', 'besure.intake.v1.permits', eventOf('/taxes', '2'))).body).toMatchObject({
      type: 'urn:besure:problem:source-not-allowed',
      status: 403,
      field: 'source',
    });
  });

  it('is refused by the bus on the subject of another', async () => {
    await expect(ask('permits', 'besure.intake.v1.taxes', eventOf('/taxes', '3'))).rejects.toMatchObject({
      code: 'PERMISSIONS_VIOLATION',
    });
    await expect(ask('permits', 'besure.intake.v1.*', eventOf('/taxes', '3'))).rejects.toThrow();
  });

  it('has no answer sent to another', async () => {
    const taxes = connections.get('taxes')!;
    const heard: string[] = [];
    taxes.subscribe('_INBOX_taxes.mine', {
      callback: (_error, message) => void heard.push(message.string()),
    });
    await taxes.flush();
    connections
      .get('permits')!
      .publish('besure.intake.v1.permits', eventOf('/permits', '4'), { reply: '_INBOX_taxes.mine' });
    // What came before this would be accepted, and answered, before it or with it.
    await ask('permits', 'besure.intake.v1.permits', eventOf('/permits', '4 again'));
    await taxes.flush();
    expect(heard).toEqual([]);
  });

  it('needs the scope', async () => {
    expect((await ask('archivist', 'besure.intake.v1.archivist', eventOf('/a', '5'))).body).toMatchObject({
      type: 'urn:besure:problem:forbidden',
      status: 403,
      field: 'subject',
      rule: 'must have the scope events:write',
    });
  });

  it('is nobody without an entry in the tokens file', async () => {
    expect((await ask('stranger', 'besure.intake.v1.stranger', eventOf('/a', '6'))).body).toMatchObject({
      type: 'urn:besure:problem:unauthenticated',
      status: 401,
      field: 'subject',
      rule: 'must end in a user who is known here',
    });
  });

  it('has a rate of its own', async () => {
    const batch = JSON.stringify(
      Array.from({ length: 500 }, (_, at) => JSON.parse(eventOf('/taxes', `batch-${at}`)) as object),
    );
    expect((await ask('taxes', 'besure.intake.v1.taxes', batch)).body).toMatchObject({
      results: expect.any(Array) as unknown[],
    });
    const { body, retryAfter } = await ask('taxes', 'besure.intake.v1.taxes', batch);
    expect(body).toMatchObject({ type: 'urn:besure:problem:too-many', status: 429 });
    expect(Number(retryAfter)).toBeGreaterThan(400);
    expect((await ask('permits', 'besure.intake.v1.permits', eventOf('/permits', '7'))).body).toMatchObject({
      status: 'accepted',
    });
  });
});

describe('a token over the bus', () => {
  it('says who asks, on the subject that all share', async () => {
    const plain = 'besure.intake.v1';
    expect((await ask('stranger', plain, eventOf('/by-token', '8'), token)).body).toMatchObject({
      status: 'accepted',
    });
    expect((await ask('stranger', plain, eventOf('/permits', '8'), token)).body).toMatchObject({
      status: 403,
    });
    expect((await ask('permits', plain, eventOf('/permits', '8'))).body).toMatchObject({
      status: 401,
      field: 'authorization',
    });
  });

  it('decides on the subject of a user, too', async () => {
    const subject = 'besure.intake.v1.permits';
    expect((await ask('permits', subject, eventOf('/by-token', '9'), token)).body).toMatchObject({
      status: 'accepted',
    });
    expect((await ask('permits', subject, eventOf('/permits', '9'), newToken())).body).toMatchObject({
      status: 401,
      field: 'authorization',
    });
  });
});
