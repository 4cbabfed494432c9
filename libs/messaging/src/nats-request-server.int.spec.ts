import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, type MicroserviceOptions } from '@nestjs/microservices';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startNats, type Nats } from '@besure/testing';
import { connectBus, inboxPrefixOf, type Bus } from './bus.js';
import {
  mayAnswerTo,
  NatsRequestServer,
  RequestRefused,
  type RequestMessage,
} from './nats-request-server.js';
import { onHint, publishHint } from './hint.js';
import { request } from './request.js';

const SECRET = '85073003328';
let nats: Nats;
const buses: Bus[] = [];
const closing: (() => Promise<void>)[] = [];

/** Opened by a test to let waiting handlers go on. */
let gate = Promise.withResolvers<void>();
let handling = 0;
let mostHandling = 0;

@Controller()
class TestController {
  @MessagePattern('test.echo.v1.*')
  echo({ subject, data }: RequestMessage): object {
    return { subject, data };
  }

  @MessagePattern('test.refuse')
  async refuse(): Promise<object> {
    await Promise.resolve();
    throw new RequestRefused('not-here', 'a rule');
  }

  @MessagePattern('test.fail')
  async fail(): Promise<object> {
    throw new Error(SECRET);
  }

  @MessagePattern('test.text')
  text(): string {
    return 'not an object';
  }

  @MessagePattern('test.large')
  large(): object {
    return { text: 'x'.repeat(2_000_000) };
  }

  @MessagePattern('test.wait')
  async wait(): Promise<object> {
    handling += 1;
    mostHandling = Math.max(mostHandling, handling);
    await gate.promise;
    handling -= 1;
    return {};
  }
}

@Module({ controllers: [TestController] })
class TestModule {}

function bus(user: string, url = nats.url): Bus {
  const made = connectBus({ url, name: user, inboxPrefix: inboxPrefixOf(user) });
  buses.push(made);
  return made;
}

async function serve(
  on: Bus,
  options: { concurrency?: number; waiting?: number } = {},
): Promise<{ failures: unknown[]; close: () => Promise<void> }> {
  const failures: unknown[] = [];
  const strategy = new NatsRequestServer({ bus: on, ...options, onFailure: (error) => failures.push(error) });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(TestModule, {
    strategy,
    logger: false,
  });
  await app.listen();
  const close = (): Promise<void> => app.close();
  closing.push(close);
  await (await on.waitForConnection(5000)).flush();
  return { failures, close };
}

const ask = (
  from: Bus,
  subject: string,
  payload: Parameters<typeof request>[2] = {},
  timeoutMillis = 5000,
): ReturnType<typeof request> => request(from, subject, payload, { timeoutMillis });

beforeAll(async () => {
  nats = await startNats();
});
afterEach(async () => {
  gate.resolve();
  gate = Promise.withResolvers();
  handling = 0;
  mostHandling = 0;
  await Promise.all(closing.splice(0).map((close) => close()));
  await Promise.all(buses.splice(0).map((each) => each.close()));
});
afterAll(() => nats.stop());

describe('requests', () => {
  test('an answer, with the subject that was asked on', async () => {
    await serve(bus('exchange'));
    const answer = await ask(bus('alpha'), 'test.echo.v1.alpha', { états: ['é'], left: undefined });
    expect(answer).toEqual({ ok: true, subject: 'test.echo.v1.alpha', data: { états: ['é'] } });
  });

  test('a refusal keeps its code; a failure tells nothing; an answer that is no object is a failure', async () => {
    const { failures } = await serve(bus('exchange'));
    const alpha = bus('alpha');
    await expect(ask(alpha, 'test.refuse')).rejects.toMatchObject({ code: 'refused', refusal: 'not-here' });
    expect(failures).toEqual([]);
    await expect(ask(alpha, 'test.fail')).rejects.toMatchObject({ code: 'refused', refusal: 'internal' });
    await expect(ask(alpha, 'test.text')).rejects.toMatchObject({ code: 'refused', refusal: 'internal' });
    expect(failures).toHaveLength(2);
    expect(String(failures)).not.toContain(SECRET);
  });

  test('nobody there, no answer in time, no server, too large to ask', async () => {
    await serve(bus('exchange'));
    const alpha = bus('alpha');
    await expect(ask(alpha, 'test.nobody')).rejects.toMatchObject({ code: 'no-responders' });
    await expect(ask(alpha, 'test.wait', {}, 100)).rejects.toMatchObject({ code: 'timeout' });
    await expect(ask(bus('alpha', 'nats://127.0.0.1:1'), 'test.wait', {}, 100)).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(ask(alpha, 'test.echo.v1.alpha', 'x'.repeat(2_000_000))).rejects.toMatchObject({
      code: 'too-large',
    });
  });

  test('an answer too large to send is reported, and asking times out', async () => {
    const { failures } = await serve(bus('exchange'));
    await expect(ask(bus('alpha'), 'test.large', {}, 300)).rejects.toMatchObject({ code: 'timeout' });
    expect(failures).toHaveLength(1);
  });

  test('what is not JSON is refused, and an answer that is not ours is malformed', async () => {
    await serve(bus('exchange'));
    const alpha = bus('alpha');
    const connection = await alpha.waitForConnection(5000);
    const answer = await connection.request('test.echo.v1.alpha', Uint8Array.of(0xff), { timeout: 5000 });
    expect(answer.json()).toMatchObject({ ok: false, code: 'malformed' });
    const texts = ['[]', '{}', '{"ok":1}', '{', '"ok"'];
    const stranger = (await bus('stranger').waitForConnection(5000)).subscribe('test.stranger', {
      callback: (_error, message) => message.respond(texts[Number(message.json())] ?? ''),
    });
    await (await buses.at(-1)?.waitForConnection(5000))?.flush();
    for (const index of texts.keys()) {
      await expect(ask(alpha, 'test.stranger', index)).rejects.toMatchObject({ code: 'malformed' });
    }
    stranger.unsubscribe();
  });

  test('a bounded number at a time, a bounded number waiting, busy beyond', async () => {
    await serve(bus('exchange'), { concurrency: 2, waiting: 3 });
    const alpha = bus('alpha');
    const all = Array.from({ length: 8 }, () =>
      ask(alpha, 'test.wait').then(
        () => 'answered',
        (error: unknown) => (error as { code: string }).code,
      ),
    );
    await expect.poll(() => handling).toBe(2);
    // Those beyond are answered while the others wait.
    expect(await Promise.race(all)).toBe('busy');
    gate.resolve();
    const outcomes = await Promise.all(all);
    expect(outcomes.filter((outcome) => outcome === 'answered')).toHaveLength(5);
    expect(outcomes.filter((outcome) => outcome === 'busy')).toHaveLength(3);
    expect(mostHandling).toBe(2);
  });

  test('closing answers what was taken', async () => {
    const { close } = await serve(bus('exchange'), { concurrency: 1 });
    const alpha = bus('alpha');
    const answers = Promise.all([ask(alpha, 'test.wait'), ask(alpha, 'test.wait')]);
    await expect.poll(() => handling).toBe(1);
    const closed = close();
    // One that still gets in waits behind the others: a short deadline, and again.
    await expect
      .poll(
        () => ask(alpha, 'test.refuse', {}, 100).catch((error: unknown) => (error as { code: string }).code),
        { timeout: 3000 },
      )
      .toBe('no-responders');
    gate.resolve();
    await closed;
    expect(await answers).toEqual([{ ok: true }, { ok: true }]);
  });

  test('goes on after the server was restarted, and a request under way fails at once', async () => {
    const server = await startNats();
    await serve(bus('exchange', server.url));
    const alpha = bus('alpha', server.url);
    const waiting = ask(alpha, 'test.wait', {}, 60_000);
    await expect.poll(() => handling).toBe(1);
    await Promise.all([expect(waiting).rejects.toMatchObject({ name: 'MessagingError' }), server.kill()]);
    const again = await startNats({ port: server.port });
    await expect
      .poll(
        () =>
          ask(alpha, 'test.echo.v1.alpha', 7).then(
            (answer) => answer['data'],
            () => null,
          ),
        { timeout: 20_000 },
      )
      .toBe(7);
    await Promise.all(buses.splice(0).map((each) => each.close()));
    await again.stop();
  });
});

describe('where an answer may go', () => {
  test.each([
    ['test.echo.v1.*', 'test.echo.v1.alpha', '_INBOX_alpha.x.1', true],
    ['test.echo.v1.*', 'test.echo.v1.alpha', '_INBOX_beta.x.1', false],
    ['test.echo.v1.*', 'test.echo.v1.alpha', '_INBOX_alphabet.x', false],
    ['test.echo.v1.*', 'test.echo.v1.alpha', '_INBOX.x', false],
    ['test.echo.v1.*', 'test.echo.v1.alpha', '$JS.API.STREAM.PURGE.PROOF', false],
    ['test.echo.v1.*', 'test.echo.v1.alpha', 'besure.proof.events', false],
    ['besure.intake.v1', 'besure.intake.v1', '_INBOX_office.x', true],
    ['besure.intake.v1', 'besure.intake.v1', '_INBOX.x', true],
    ['besure.intake.v1', 'besure.intake.v1', 'besure.intake.events', false],
    ['besure.intake.v1', 'besure.intake.v1', '$JS.API.STREAM.DELETE.INTAKE', false],
  ])('%s asked on %s with reply %s: %s', (pattern, subject, reply, expected) => {
    expect(mayAnswerTo(pattern, subject, reply)).toBe(expected);
  });

  test('a request that wants its answer elsewhere gets none, and is reported', async () => {
    const { failures } = await serve(bus('exchange'));
    const stranger = await bus('stranger').waitForConnection(5000);
    const heard: string[] = [];
    stranger.subscribe('besure.proof.events', {
      callback: (_error, message) => void heard.push(message.string()),
    });
    stranger.publish('test.echo.v1.alpha', '{}', { reply: 'besure.proof.events' });
    stranger.publish('test.echo.v1.alpha', '{}');
    await expect.poll(() => failures).toHaveLength(2);
    expect(failures[0]).toMatchObject({ code: 'forbidden' });
    await stranger.flush();
    expect(heard).toEqual([]);
  });
});

test('hints are heard, also on a later connection, and nothing happens without one', async () => {
  const server = await startNats();
  const hub = bus('hub', server.url);
  const alpha = bus('alpha', server.url);
  let heard = 0;
  const end = onHint(alpha, 'besure.hub.log', () => {
    heard += 1;
  });
  publishHint(bus('nobody', 'nats://127.0.0.1:1'), 'besure.hub.log', {});
  const heardOne = async (): Promise<void> => {
    const before = heard;
    await expect
      .poll(
        () => {
          publishHint(hub, 'besure.hub.log', { size: 1 });
          return heard;
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(before);
  };
  await heardOne();
  await server.kill();
  const again = await startNats({ port: server.port });
  await heardOne();
  end();
  await Promise.all([hub.close(), alpha.close()]);
  await again.stop();
});
