import { request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FromCaller, Open, RequireScope } from './access-guard.js';
import { problems } from './problem.js';
import {
  runService,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
} from './run-service.js';
import { hashToken, newToken, TokensFile, type Caller } from './tokens-file.js';
import { serviceConfig, serviceVariables, type ServiceConfig } from './variables.js';

const WRITER = newToken();
const READER = newToken();
const GREETING = Symbol('greeting');
const SECRET = '85073003328';

@Controller('v1')
class TestController {
  readonly #greeting: string;

  constructor(@Inject(GREETING) greeting: string) {
    this.#greeting = greeting;
  }

  @Get('open')
  @Open()
  open(): object {
    return { greeting: this.#greeting };
  }

  @Get('forgotten')
  forgotten(): object {
    return {};
  }

  @Post('events')
  @HttpCode(202)
  @RequireScope('events:write')
  write(@Body() body: unknown, @FromCaller() caller: Caller): object {
    return { body, organisation: caller.organisation };
  }

  @Get('broken')
  @Open()
  broken(): object {
    throw new Error(`about ${SECRET}`);
  }

  @Get('invalid')
  @Open()
  invalid(): object {
    throw problems.invalid({ detail: 'One member is wrong.', field: 'data.time', rule: 'must be RFC 3339' });
  }
}

let folder = '';
let tokensPath = '';
const lines: string[] = [];
const logStream = { write: (line: string): void => void lines.push(line) };
const running: RunningService[] = [];

const configuration = z.object(serviceVariables).transform(serviceConfig);

function definition(
  name: string,
  more: (context: ServiceContext<ServiceConfig>) => void | Promise<void> = () => undefined,
): ServiceDefinition<ServiceConfig> {
  return {
    name,
    configuration,
    bodyLimit: 2000,
    async build(context) {
      await more(context);
      return {
        controllers: [TestController],
        providers: [{ provide: GREETING, useValue: `hello from ${name}` }],
        tokens: new TokensFile(tokensPath, context.log),
      };
    },
  };
}

async function start(
  name: string,
  more?: (context: ServiceContext<ServiceConfig>) => void | Promise<void>,
  stopMillis = 5000,
): Promise<RunningService> {
  const service = await runService(definition(name, more), { http: { port: 0 }, stopMillis }, { logStream });
  running.push(service);
  return service;
}

async function problem(response: Response): Promise<unknown> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return response.json();
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'besure-service-'));
  tokensPath = join(folder, 'tokens.json');
  const token = (value: string, scopes: string[]): object => ({
    sha256: hashToken(value),
    organisation: 'alpha',
    sources: ['*'],
    scopes,
  });
  writeFileSync(
    tokensPath,
    JSON.stringify([token(WRITER, ['events:write']), token(READER, ['events:read'])]),
  );
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
  lines.length = 0;
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('system routes', () => {
  test('live, ready, metrics', async () => {
    let database = true;
    const { httpUrl } = await start('intake', ({ health, metrics }) => {
      health.need('database', () => database);
      health.show('bus', () => Promise.reject(new Error('down')));
      metrics.counter('besure_accepted_total').inc();
    });
    expect(await (await fetch(`${httpUrl}/health/live`)).json()).toEqual({ status: 'live' });
    const ready = await fetch(`${httpUrl}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({
      status: 'ready',
      checks: [{ name: 'database', ok: true }],
      shown: [{ name: 'bus', ok: false }],
    });
    database = false;
    const notReady = await fetch(`${httpUrl}/health/ready`);
    expect(notReady.status).toBe(503);
    expect(await notReady.json()).toMatchObject({ status: 'not-ready' });
    const text = await (await fetch(`${httpUrl}/metrics`)).text();
    expect(text).toContain('besure_accepted_total{service="intake"} 1');
    expect(text).toContain('route="/health/ready",status="503"');
  });

  test('two services in one process do not share anything', async () => {
    const [one, two] = await Promise.all([start('one'), start('two')]);
    expect(await (await fetch(`${one.httpUrl}/v1/open`)).json()).toEqual({ greeting: 'hello from one' });
    expect(await (await fetch(`${two.httpUrl}/v1/open`)).json()).toEqual({ greeting: 'hello from two' });
    expect(await (await fetch(`${one.httpUrl}/metrics`)).text()).not.toContain('two');
    await one.stop();
    expect((await fetch(`${two.httpUrl}/v1/open`)).status).toBe(200);
    await expect(fetch(`${one.httpUrl}/v1/open`)).rejects.toThrow();
  });
});

describe('who may', () => {
  test('401 without or with a wrong token, 403 without the scope, 202 with it', async () => {
    const { httpUrl } = await start('intake');
    const post = (authorization?: string): Promise<Response> =>
      fetch(`${httpUrl}/v1/events`, {
        method: 'POST',
        body: '{"a":1}',
        headers: {
          'content-type': 'application/cloudevents+json',
          ...(authorization === undefined ? {} : { authorization }),
        },
      });
    const none = await post();
    expect(none.status).toBe(401);
    expect(none.headers.get('www-authenticate')).toBe('Bearer realm="besure"');
    expect(await problem(none)).toEqual({
      type: 'urn:besure:problem:unauthenticated',
      title: 'A caller who is known is needed',
      status: 401,
      field: 'authorization',
      rule: 'must be given: Bearer and a token',
    });
    for (const wrong of [
      `Bearer ${newToken()}`,
      `Basic ${WRITER}`,
      `Bearer ${WRITER} x`,
      'Bearer ',
      hashToken(WRITER),
    ]) {
      const response = await post(wrong);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="besure", error="invalid_token"');
      expect(await problem(response)).toMatchObject({
        field: 'authorization',
        rule: 'must be Bearer and a token that is known here',
      });
    }
    const reader = await post(`Bearer ${READER}`);
    expect(reader.status).toBe(403);
    expect(reader.headers.get('www-authenticate')).toContain('scope="events:write"');
    expect(await problem(reader)).toMatchObject({
      field: 'authorization',
      rule: 'must have the scope events:write',
    });
    const writer = await post(`bearer ${WRITER}`);
    expect(writer.status).toBe(202);
    expect(await writer.json()).toEqual({ body: { a: 1 }, organisation: 'alpha' });
  });

  test('a route that does not say who may use it is closed', async () => {
    const { httpUrl } = await start('intake');
    const response = await fetch(`${httpUrl}/v1/forgotten`, {
      headers: { authorization: `Bearer ${WRITER}` },
    });
    expect(response.status).toBe(403);
  });

  test('the token is checked before the body is looked at by a handler, and no token ever reaches a log', async () => {
    const { httpUrl } = await start('intake');
    await fetch(`${httpUrl}/v1/events?token=${WRITER}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${WRITER}x` },
    });
    expect(lines.join('')).not.toContain(WRITER);
  });
});

describe('problems', () => {
  const send = (
    httpUrl: string,
    body: string | Uint8Array<ArrayBuffer>,
    type = 'application/json',
  ): Promise<Response> =>
    fetch(`${httpUrl}/v1/events`, {
      method: 'POST',
      body,
      headers: { 'content-type': type, authorization: `Bearer ${WRITER}` },
    });

  test.each([
    ['not JSON', '{', 'application/json', 400, 'malformed'],
    ['not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'application/json', 400, 'malformed'],
    ['empty', '', 'application/json', 400, 'malformed'],
    ['too large', JSON.stringify('x'.repeat(3000)), 'application/json', 413, 'too-large'],
    ['another type', 'a=1', 'application/x-www-form-urlencoded', 415, 'unsupported-media-type'],
    ['plain text', 'a', 'text/plain', 415, 'unsupported-media-type'],
  ])('%s', async (_name, body, type, status, code) => {
    const { httpUrl } = await start('intake');
    const response = await send(httpUrl, body, type);
    expect(response.status).toBe(status);
    expect(await problem(response)).toMatchObject({ type: `urn:besure:problem:${code}`, status });
  });

  test('a thrown problem, an unknown route, a URL that cannot be read, a fault of ours', async () => {
    const { httpUrl } = await start('intake');
    const invalid = await fetch(`${httpUrl}/v1/invalid`);
    expect(invalid.status).toBe(422);
    expect(await problem(invalid)).toEqual({
      type: 'urn:besure:problem:invalid',
      title: 'The request breaks a rule',
      status: 422,
      detail: 'One member is wrong.',
      field: 'data.time',
      rule: 'must be RFC 3339',
    });
    const unknown = await fetch(`${httpUrl}/v1/${SECRET}`);
    expect(unknown.status).toBe(404);
    expect(await problem(unknown)).toEqual({
      type: 'urn:besure:problem:not-found',
      title: 'There is nothing here',
      status: 404,
    });
    const unreadable = await fetch(`${httpUrl}/v1/%zz${SECRET}`);
    expect(unreadable.status).toBe(400);
    expect(JSON.stringify(await problem(unreadable))).not.toContain(SECRET);
    expect(lines.filter((line) => line.includes('request failed'))).toHaveLength(0);
    const broken = await fetch(`${httpUrl}/v1/broken`);
    expect(broken.status).toBe(500);
    expect(await problem(broken)).toEqual({
      type: 'urn:besure:problem:internal',
      title: 'Something failed on our side',
      status: 500,
    });
    const logged = lines.filter((line) => line.includes('request failed'));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('"route":"/v1/broken"');
    expect(lines.join('')).not.toContain(SECRET);
  });
});

describe('stopping', () => {
  test('does not wait for a client that never sends the rest of its request', async () => {
    const service = await start('slow', undefined, 1000);
    const { port } = new URL(service.httpUrl);
    const head = `POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${WRITER}\r\n`;
    const clients = [head, `${head}content-type: application/json\r\ncontent-length: 9\r\n\r\n{`].map(
      (text) => {
        const client = connect(Number(port), '127.0.0.1');
        client.on('error', () => undefined);
        client.write(text);
        return client;
      },
    );
    const gone = clients.map((client) => once(client, 'close'));
    await Promise.all(clients.map((client) => once(client, 'ready')));
    expect((await fetch(`${service.httpUrl}/v1/open`)).status).toBe(200);
    expect(await service.stop()).toBe(true);
    await Promise.all(gone);
  });

  test('answers what is under way, then closes in reverse order, and only once', async () => {
    const order: string[] = [];
    const service = await start('intake', ({ onStop }) => {
      onStop('database', () => void order.push('database'));
      onStop('relay', async () => {
        await Promise.resolve();
        order.push('relay');
      });
    });
    const [one, two] = await Promise.all([service.stop(), service.stop()]);
    expect([one, two]).toEqual([true, true]);
    expect(order).toEqual(['relay', 'database']);
    expect(lines.filter((line) => line.includes('"stopped"'))).toHaveLength(1);
  });

  test('a part that never closes or fails does not keep the others open', async () => {
    const order: string[] = [];
    const service = await start(
      'intake',
      ({ onStop }) => {
        onStop('database', () => void order.push('database'));
        onStop('faulty', () => Promise.reject(new Error('x')));
        onStop('hanging', () => new Promise(() => undefined));
      },
      100,
    );
    expect(await service.stop()).toBe(false);
    expect(order).toEqual(['database']);
    expect(lines.some((line) => line.includes('"kind":"hanging"'))).toBe(true);
    expect(lines.some((line) => line.includes('"kind":"faulty"'))).toBe(true);
  });

  test('an open keep-alive connection without request does not delay it', async () => {
    const service = await start('intake', undefined, 30_000);
    const socket = httpRequest(`${service.httpUrl}/health/live`, { headers: { connection: 'keep-alive' } });
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('response', (response) => response.resume().on('end', resolve));
      socket.end();
    });
    expect(await service.stop()).toBe(true);
  });

  test('a connection whose request was under way is closed with its answer', async () => {
    const { promise: asked, resolve: nowAsked } = Promise.withResolvers<void>();
    const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<boolean>();
    const service = await start(
      'intake',
      ({ health }) => {
        health.need('slow', () => {
          nowAsked();
          return mayAnswer;
        });
      },
      1500,
    );
    // The platform's client keeps its connection, as back offices do.
    const answer = fetch(`${service.httpUrl}/health/ready`);
    await asked;
    const stopped = service.stop();
    letAnswer(true);
    const response = await answer;
    expect(response.headers.get('connection')).toBe('close');
    await response.text();
    expect(await stopped).toBe(true);
  });

  test('a start that fails closes what was opened', async () => {
    const order: string[] = [];
    const taken = await start('first');
    const port = Number(new URL(taken.httpUrl).port);
    await expect(
      runService(
        definition('second', ({ onStop }) => {
          onStop('database', () => void order.push('database'));
        }),
        { http: { port } },
        { logStream },
      ),
    ).rejects.toThrow(/EADDRINUSE/);
    expect(order).toEqual(['database']);
  });
});
