import { type Nats, startNats } from '@besure/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bus, connectBus, inboxPrefixOf } from './bus.js';
import { requestBytes } from './byte-reply.js';
import { ByteRequestServer } from './byte-request-server.js';

let nats: Nats;
let bus: Bus;
let server: ByteRequestServer;
const failures: unknown[] = [];

beforeAll(async () => {
  nats = await startNats();
  bus = connectBus({ url: nats.url, name: 'test', inboxPrefix: inboxPrefixOf('test') });
  server = new ByteRequestServer({
    bus,
    subjects: ['test.bytes.v1'],
    busy: { data: Buffer.from('busy') },
    concurrency: 1,
    onFailure: (error) => failures.push(error),
    handle: async ({ data, header }) => {
      if (data.length === 0) throw new Error('no answer to this');
      return Promise.resolve({ data, headers: { 'X-Type': header('content-type') ?? 'none' } });
    },
  });
  server.start();
  await bus.waitForConnection(10_000);
});
afterAll(async () => {
  await server.stop();
  await bus.close();
  await nats.stop();
});

const TIME = { timeoutMillis: 10_000 };
const ask = (data: Uint8Array, headers: Record<string, string> = {}, time = TIME) =>
  requestBytes(bus, 'test.bytes.v1', { data, headers }, time);

describe('requests with bytes', () => {
  it('carries bytes and headers there and back', async () => {
    const answer = await ask(Uint8Array.of(0, 255, 7), { 'Content-Type': 'application/x-bytes' });
    expect([...answer.data]).toEqual([0, 255, 7]);
    expect(answer.header('x-type')).toBe('application/x-bytes');
    expect(answer.header('x-other')).toBeNull();
  });

  it('answers what is too much at once with what stands for that', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(Uint8Array.of(1))));
    const texts = answers.map(({ data }) => Buffer.from(data).toString('latin1'));
    expect(texts).toContain('\u0001');
    expect(texts).toContain('busy');
    expect(new Set(texts).size).toBe(2);
  });

  it('says why there is no answer', async () => {
    await expect(ask(new Uint8Array(), {}, { timeoutMillis: 200 })).rejects.toMatchObject({
      code: 'timeout',
    });
    expect(failures).toMatchObject([{ message: 'no answer to this' }]);
    await expect(ask(new Uint8Array(2 ** 20 + 1))).rejects.toMatchObject({ code: 'too-large' });
    await expect(
      requestBytes(bus, 'test.nobody.v1', { data: Uint8Array.of(1), headers: {} }, TIME),
    ).rejects.toMatchObject({ code: 'no-responders' });
  });
});
