import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ApiContract } from '@besure/testing';
import { TestAuthority, type TestCertificate, askOverTls } from '@besure/testing/tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntakeAtWork, sentEvent } from '../contract/intake-at-work.js';

const examples = resolve(import.meta.dirname, '../../../examples/back-office');
const folder = mkdtempSync(join(tmpdir(), 'besure-certificates-'));
const run = promisify(execFile);
let ours: TestAuthority;
let permits: TestCertificate;
let taxes: TestCertificate;
let reader: TestCertificate;
let stranger: TestCertificate;
let intake: IntakeAtWork;
let contract: ApiContract;

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

beforeAll(async () => {
  const clients = await TestAuthority.create('Clients');
  ours = await TestAuthority.create('Ours');
  const issue = (name: string): Promise<TestCertificate> => clients.issue({ name, use: 'client' });
  [permits, taxes, reader, stranger] = await Promise.all([
    issue('permits'),
    issue('taxes'),
    issue('reader'),
    issue('stranger'),
  ]);
  const server = await ours.issue({ name: 'intake', use: 'server' });
  const both = ['events:write', 'events:read'];
  const entries = [
    {
      publicKeySha256: permits.publicKeySha256,
      sources: ['/permits', '/examples/back-office'],
      scopes: both,
    },
    { publicKeySha256: taxes.publicKeySha256, sources: ['/taxes'], scopes: both, eventsPerSecond: 1 },
    { publicKeySha256: reader.publicKeySha256, sources: ['/permits'], scopes: ['events:read'] },
  ];
  intake = await IntakeAtWork.start({
    http: {
      port: 0,
      tls: {
        certificateFile: put('server.crt', server.certificate),
        keyFile: put('server.key', server.key),
        clientCaFile: put('clients.crt', clients.certificate),
      },
    },
    tokensFile: put('tokens.json', JSON.stringify(entries)),
  });
  const { httpUrl } = intake.service;
  const { text } = await askOverTls(`${httpUrl}/docs/openapi.json`, { ca: ours.certificate });
  contract = new ApiContract(httpUrl, JSON.parse(text) as Record<string, unknown>);
});
afterAll(async () => {
  await intake.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** What goes over the wire is held against what the service says of itself. */
async function ask(as: TestCertificate, path: string, body?: string): Promise<Answer> {
  const url = new URL(path, intake.service.httpUrl);
  const request =
    body === undefined
      ? { method: 'GET' }
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  const { text, status, headers } = await askOverTls(url.href, {
    ...request,
    ca: ours.certificate,
    cert: as.certificate,
    key: as.key,
  });
  await contract.check(request.method, url, request, new Response(text, { status, headers }));
  return { status, headers, body: JSON.parse(text) as Record<string, unknown> };
}

function eventOf(source: string, id: string): string {
  return JSON.stringify(sentEvent({ source, id }, { message: `${source} ${id}` }));
}

describe('a back office with a client certificate', () => {
  it('hands in events of its source and follows them', async () => {
    expect(await ask(permits, '/v1/events', eventOf('/permits', '1'))).toMatchObject({
      status: 202,
      body: { id: '1', source: '/permits', status: 'accepted' },
    });
    for (const as of [permits, reader]) {
      expect(await ask(as, '/v1/events?source=/permits&id=1')).toMatchObject({
        status: 200,
        body: { state: 'accepted' },
      });
    }
  });

  it.each<[string, () => TestCertificate, string, number, Record<string, string>]>([
    [
      'of another source',
      () => permits,
      '/taxes',
      403,
      { type: 'urn:besure:problem:source-not-allowed', field: 'source' },
    ],
    [
      'without the scope',
      () => reader,
      '/permits',
      403,
      {
        type: 'urn:besure:problem:forbidden',
        field: 'certificate',
        rule: 'must have the scope events:write',
      },
    ],
    [
      'whom nobody knows',
      () => stranger,
      '/permits',
      401,
      { type: 'urn:besure:problem:unauthenticated', field: 'certificate' },
    ],
  ])('is refused %s', async (_what, as, source, status, problem) => {
    const answer = await ask(as(), '/v1/events', eventOf(source, '2'));
    expect(answer).toMatchObject({ status, body: { ...problem, status } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('has a rate of its own', async () => {
    const batch = JSON.stringify(
      Array.from({ length: 500 }, (_, at) => JSON.parse(eventOf('/taxes', `${at}`)) as object),
    );
    expect((await ask(taxes, '/v1/events', batch)).status).toBe(202);
    const refused = await ask(taxes, '/v1/events', batch);
    expect(refused).toMatchObject({ status: 429, body: { type: 'urn:besure:problem:too-many' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(400);
    expect((await ask(permits, '/v1/events', eventOf('/permits', '3'))).status).toBe(202);
  });

  it('does so with curl, as the example does', async () => {
    const sample = JSON.parse(readFileSync(join(examples, 'event.json'), 'utf8')) as { id: string };
    const event = put('event.json', JSON.stringify({ ...sample, time: new Date().toISOString() }));
    const send = (as: TestCertificate): Promise<{ stdout: string }> =>
      run('sh', ['send-with-certificate.sh', event, '/examples/back-office', sample.id], {
        cwd: examples,
        env: {
          PATH: process.env['PATH'],
          BESURE_URL: intake.service.httpUrl,
          BESURE_CA_FILE: put('ours.crt', ours.certificate),
          BESURE_CERTIFICATE_FILE: put('office.crt', as.certificate),
          BESURE_KEY_FILE: put('office.key', as.key),
        },
      });
    const { stdout } = await send(permits);
    const [answer, state] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(answer).toEqual({ id: sample.id, source: '/examples/back-office', status: 'accepted' });
    expect(state).toMatchObject({ state: 'accepted' });
    await expect(send(stranger)).rejects.toMatchObject({
      stdout: expect.stringContaining('must have a public key that is known here') as string,
    });
  });
});
