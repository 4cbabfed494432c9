import { createHash, createPublicKey } from 'node:crypto';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, type TLSSocket, connect } from 'node:tls';
import { TestAuthority, type TestCertificate, askOverTls } from '@besure/testing/tls';
import { Controller, Get } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { FromCaller, RequireScope } from './access-guard.js';
import type { ApiDescription } from './openapi/api-description.js';
import { type RunningService, runService } from './run-service.js';
import { type Caller, TokensFile, hashToken, newToken } from './tokens-file.js';
import { type ServiceConfig, serviceConfig, serviceVariables } from './variables.js';

@Controller('v1')
class WhoController {
  @Get('who')
  @RequireScope('events:read')
  who(@FromCaller() { credential, sources }: Caller): object {
    return { credential, sources };
  }

  @Get('audit')
  @RequireScope('audit:read')
  audit(): object {
    return {};
  }
}

const answers = { 200: { description: 'It.', content: { 'application/json': z.looseObject({}) } } };
const api: ApiDescription = {
  title: 'Who',
  description: 'For a test.',
  operations: {
    'GET /v1/who': { id: 'who', summary: 'Who', scope: 'events:read', answers },
    'GET /v1/audit': { id: 'audit', summary: 'Audit', scope: 'audit:read', answers },
  },
};

const TOKEN = newToken();
const lines: string[] = [];
let folder = '';
let ours: TestAuthority;
let clients: TestAuthority;
let server: TestCertificate;
let known: TestCertificate;
let service: RunningService;

const path = (name: string): string => join(folder, name);

/** As who rotates files does: each is replaced at once. */
function put(name: string, text: string): void {
  writeFileSync(path(`${name}.new`), text, { mode: 0o600 });
  renameSync(path(`${name}.new`), path(name));
}

function publicKeySha256({ certificate }: TestCertificate): string {
  const spki = createPublicKey(certificate).export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(spki).digest('hex');
}

function putServer({ certificate, key }: TestCertificate): void {
  put('server.crt', certificate);
  put('server.key', key);
}

function putCallers(...certificates: readonly TestCertificate[]): void {
  put(
    'tokens.json',
    JSON.stringify([
      { sha256: hashToken(TOKEN), sources: ['*'], scopes: ['events:read'] },
      ...certificates.map((one) => ({
        publicKeySha256: publicKeySha256(one),
        sources: ['/certified'],
        scopes: ['events:read'],
      })),
    ]),
  );
}

async function start(tls: ServiceConfig['http']['tls']): Promise<RunningService> {
  return runService(
    {
      name: 'intake',
      api,
      configuration: z.object(serviceVariables).transform(serviceConfig),
      build: ({ log }) => ({
        controllers: [WhoController],
        tokens: new TokensFile(path('tokens.json'), log, 0),
      }),
    },
    { http: { port: 0, ...(tls !== undefined && { tls }) } },
    { logStream: { write: (line: string): void => void lines.push(line) }, checkFilesMillis: 0 },
  );
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Asks as who shows this certificate. */
async function ask(
  route: string,
  certificate?: TestCertificate,
  more: { readonly token?: string; readonly agent?: Agent; readonly ca?: string } = {},
): Promise<Answer> {
  const { token, agent, ca = ours.certificate } = more;
  const { text, ...answer } = await askOverTls(`${service.httpUrl}${route}`, {
    ca,
    ...(certificate !== undefined && { cert: certificate.certificate, key: certificate.key }),
    ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
    ...(agent !== undefined && { agent }),
  });
  return { ...answer, body: JSON.parse(text) as Record<string, unknown> };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besure-tls-'));
  [ours, clients] = await Promise.all([TestAuthority.create('Ours'), TestAuthority.create('Clients')]);
  server = await ours.issue({ name: 'server', use: 'server' });
  known = await clients.issue({ name: 'office', use: 'client' });
});
beforeEach(async () => {
  putServer(server);
  put('clients.crt', clients.certificate);
  putCallers(known);
  lines.length = 0;
  service = await start({
    certificateFile: path('server.crt'),
    keyFile: path('server.key'),
    clientCaFile: path('clients.crt'),
  });
});
afterEach(() => service.stop());
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('who calls', () => {
  test('a known certificate is a caller, in its own right', async () => {
    expect(service.httpUrl).toMatch(/^https:/);
    expect(await ask('/v1/who', known)).toMatchObject({
      status: 200,
      body: {
        credential: { kind: 'certificate', value: publicKeySha256(known) },
        sources: ['/certified'],
      },
    });
  });

  test('a renewed certificate of the same key is the same caller', async () => {
    const renewed = await clients.issue({ name: 'Office, renewed', use: 'client', pair: known.pair });
    expect(renewed.certificate).not.toBe(known.certificate);
    expect((await ask('/v1/who', renewed)).body).toMatchObject({
      credential: { value: publicKeySha256(known) },
    });
  });

  test('a known certificate without the scope is refused with 403', async () => {
    expect(await ask('/v1/audit', known)).toMatchObject({
      status: 403,
      body: {
        type: 'urn:besure:problem:forbidden',
        field: 'certificate',
        rule: 'must have the scope audit:read',
      },
    });
  });

  test('a token needs no certificate, and decides where both are shown', async () => {
    for (const certificate of [undefined, known]) {
      expect((await ask('/v1/who', certificate, { token: TOKEN })).body).toMatchObject({
        credential: { kind: 'token' },
        sources: ['*'],
      });
    }
    expect(await ask('/v1/who', known, { token: newToken() })).toMatchObject({
      status: 401,
      body: { field: 'authorization' },
    });
  });

  test('without certificate and token nobody is in; health and metrics are open', async () => {
    expect(await ask('/v1/who')).toMatchObject({ status: 401, body: { field: 'authorization' } });
    expect(await ask('/health/live')).toMatchObject({ status: 200 });
    expect(await ask('/health/ready', known)).toMatchObject({ status: 200 });
    const { text } = await askOverTls(`${service.httpUrl}/metrics`, { ca: ours.certificate });
    expect(text).toContain('besure_http_request_seconds');
  });

  test.each<[string, () => Promise<TestCertificate>, string]>([
    [
      'unknown here',
      () => clients.issue({ name: 'office', use: 'client' }),
      'must have a public key that is known here',
    ],
    [
      'expired',
      () =>
        clients.issue({
          name: 'office',
          use: 'client',
          pair: known.pair,
          notAfter: new Date(Date.now() - 1000),
        }),
      'must not have expired',
    ],
    [
      'from another authority, with the key of a caller',
      async () =>
        (await TestAuthority.create('Clients')).issue({ name: 'office', use: 'client', pair: known.pair }),
      'must come from an authority that is accepted here',
    ],
    [
      'for servers',
      () => clients.issue({ name: 'office', use: 'server', pair: known.pair }),
      'must be for clients',
    ],
  ])('a certificate that is %s is refused with 401', async (_what, issue, rule) => {
    const { status, headers, body } = await ask('/v1/who', await issue());
    expect(status).toBe(401);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({ type: 'urn:besure:problem:unauthenticated', field: 'certificate', rule });
  });

  test('an unknown certificate is told what to put into the tokens file', async () => {
    const stranger = await clients.issue({ name: 'stranger', use: 'client' });
    const { body } = await ask('/v1/who', stranger);
    expect(body['detail']).toContain(publicKeySha256(stranger));
    putCallers(known, stranger);
    expect(await ask('/v1/who', stranger)).toMatchObject({ status: 200 });
  });

  test('a certificate that expires while its connection is open does not count any more', async () => {
    const socket = await handshake({ cert: known.certificate, key: known.key });
    expect(await askOn(socket, '/v1/who')).toContain(' 200 ');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
    try {
      expect(await askOn(socket, '/v1/who')).toContain(' 401 ');
    } finally {
      vi.useRealTimers();
    }
    socket.destroy();
  });

  test('a caller who is taken out of the file is out, also on a connection that is open', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await ask('/v1/who', known, { agent })).toMatchObject({ status: 200 });
    putCallers();
    expect(await ask('/v1/who', known, { agent })).toMatchObject({
      status: 401,
      body: { field: 'certificate' },
    });
    agent.destroy();
  });
});

/** A connection of one's own, with what is said in the handshake. */
function handshake(options: ConnectionOptions): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const { hostname, port } = new URL(service.httpUrl);
  const socket = connect({ host: hostname, port: Number(port), ca: ours.certificate, ...options }, () => {
    resolve(socket);
  });
  socket.on('error', reject);
  return promise;
}

/** Asks on a connection; the head of the answer. */
async function askOn(socket: TLSSocket, route: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  socket.once('data', (data: Buffer) => {
    resolve(data.toString('latin1').split('\r\n\r\n', 1)[0]!);
  });
  socket.once('close', () => {
    reject(new Error('closed'));
  });
  socket.write(`GET ${route} HTTP/1.1\r\nHost: here\r\n\r\n`);
  return promise;
}

describe('the protocol', () => {
  test.each([
    ['TLS 1.3', {}, 'TLSv1.3'],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }, 'TLSv1.2'],
  ] as const)('%s is spoken', async (_what, options, protocol) => {
    const socket = await handshake(options);
    expect(socket.getProtocol()).toBe(protocol);
    expect(await askOn(socket, '/health/live')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    socket.destroy();
  });

  test.each<[string, ConnectionOptions]>([
    ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    [
      'a suite without authenticated encryption',
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA' },
    ],
  ])('%s is not', async (_what, options) => {
    await expect(handshake(options)).rejects.toThrow(/alert|version|handshake/i);
  });

  test('plain HTTP gets no answer on its port', async () => {
    await expect(fetch(service.httpUrl.replace('https:', 'http:'))).rejects.toThrow('fetch failed');
  });
});

describe('rotation', () => {
  test('the next connection has the new certificate, and idle ones are closed', async () => {
    const open = await handshake({});
    expect(await askOn(open, '/health/live')).toContain('200');
    const closed = new Promise((resolve) => open.once('close', resolve));
    const others = await TestAuthority.create('Others');
    putServer(await others.issue({ name: 'server', use: 'server' }));
    await expect(ask('/health/live')).rejects.toMatchObject({
      code: expect.stringMatching(/SIGNATURE|SELF_SIGNED/) as string,
    });
    expect(await ask('/health/live', undefined, { ca: others.certificate })).toMatchObject({ status: 200 });
    await closed;
    expect(lines.join('')).toContain('TLS files read again');
  });

  test.each([
    ['a certificate without its key', () => put('server.key', known.key)],
    ['no certificate', () => put('server.crt', 'none')],
    ['a broken list of authorities', () => put('clients.crt', clients.certificate.replace('MII', 'MIX'))],
  ])('%s leaves the last good files in force', async (_what, breakFiles) => {
    breakFiles();
    expect(await ask('/v1/who', known)).toMatchObject({ status: 200 });
    expect(lines.filter((line) => line.includes('TLS files cannot be used'))).toHaveLength(1);
  });

  test('an authority that is taken out vouches for nobody, also not on a resumed session', async () => {
    const [one, two] = ['TLSv1.3', 'TLSv1.2'] as const;
    for (const maxVersion of [one, two]) {
      put('clients.crt', clients.certificate);
      const certificate = { cert: known.certificate, key: known.key, maxVersion };
      const first = await handshake(certificate);
      const session = new Promise<Buffer>((resolve) => first.once('session', resolve));
      expect(await askOn(first, '/v1/who')).toContain('200');
      const resumable = maxVersion === one ? await session : first.getSession()!;
      const resumed = await handshake({ ...certificate, session: resumable });
      expect(resumed.isSessionReused()).toBe(true);
      expect(await askOn(resumed, '/v1/who')).toContain('200');
      put('clients.crt', ours.certificate);
      const later = await handshake({ ...certificate, session: resumable });
      expect(later.isSessionReused()).toBe(false);
      expect(await askOn(later, '/v1/who')).toContain('401');
      for (const socket of [first, resumed, later]) socket.destroy();
    }
  });

  test('a connection of before ends with its next answer', async () => {
    const socket = await handshake({ cert: known.certificate, key: known.key });
    expect(await askOn(socket, '/v1/who')).toMatch(/ 200 [^]*connection: keep-alive/i);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    put('clients.crt', ours.certificate);
    expect(await askOn(socket, '/v1/who')).toMatch(/connection: close/i);
    await closed;
    expect(await ask('/v1/who', known)).toMatchObject({ status: 401 });
  });

  test('a new authority is accepted beside the old one', async () => {
    const next = await TestAuthority.create('Next');
    const renewed = await next.issue({ name: 'office', use: 'client', pair: known.pair });
    expect(await ask('/v1/who', renewed)).toMatchObject({ status: 401 });
    put('clients.crt', clients.certificate + next.certificate);
    expect(await ask('/v1/who', renewed)).toMatchObject({ status: 200 });
    expect(await ask('/v1/who', known)).toMatchObject({ status: 200 });
  });
});

describe('the description', () => {
  test('offers certificates', async () => {
    const { text } = await askOverTls(`${service.httpUrl}/docs/openapi.json`, { ca: ours.certificate });
    expect(JSON.parse(text)).toMatchObject({
      components: { securitySchemes: { token: { type: 'http' }, certificate: { type: 'mutualTLS' } } },
      paths: {
        '/v1/who': { get: { security: [{ token: ['events:read'] }, { certificate: ['events:read'] }] } },
      },
    });
    const page = await askOverTls(`${service.httpUrl}/docs`, { ca: ours.certificate });
    expect(page.text).toContain(
      'a token with <code>events:read</code>, or a certificate with <code>events:read</code>',
    );
  });
});

describe('a start', () => {
  test.each<[string, () => void, string]>([
    ['without the certificate', () => rmSync(path('server.crt')), 'BESURE_TLS_CERTIFICATE_FILE'],
    ['with something else in its place', () => put('server.crt', 'x'), 'BESURE_TLS_CERTIFICATE_FILE'],
    ['with the key of another', () => put('server.key', known.key), 'BESURE_TLS_KEY_FILE'],
    ['with a key that all may read', () => chmodSync(path('server.key'), 0o644), 'BESURE_TLS_KEY_FILE'],
    ['without an authority in the file', () => put('clients.crt', known.key), 'BESURE_TLS_CLIENT_CA_FILE'],
  ])('%s fails, and names the variable', async (_what, spoil, variable) => {
    spoil();
    const starting = start({
      certificateFile: path('server.crt'),
      keyFile: path('server.key'),
      clientCaFile: path('clients.crt'),
    });
    await expect(starting).rejects.toMatchObject({ name: 'ConfigurationError', variable });
    await expect(starting).rejects.not.toThrow('PRIVATE');
  });
});

describe('without a client authority', () => {
  test('no certificate is asked for, and one that is shown says nothing', async () => {
    await service.stop();
    service = await start({ certificateFile: path('server.crt'), keyFile: path('server.key') });
    expect(await ask('/v1/who', known)).toMatchObject({ status: 401, body: { field: 'authorization' } });
    expect(await ask('/v1/who', known, { token: TOKEN })).toMatchObject({ status: 200 });
  });
});
