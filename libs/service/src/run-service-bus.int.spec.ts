import { Controller, Get } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  connectBus,
  inboxPrefixOf,
  NatsRequestServer,
  request,
  RequestRefused,
  type Bus,
  type RequestMessage,
} from '@besure/messaging';
import { startNats, type Nats } from '@besure/testing';
import { z } from 'zod';
import { Open } from './access-guard.js';
import { runService, type RunningService } from './run-service.js';
import { serviceConfig, serviceVariables } from './variables.js';

const SECRET = '85073003328';

@Controller()
class BothController {
  @Get('v1/http')
  @Open()
  http(): object {
    return { by: 'http' };
  }

  @MessagePattern('test.both.v1.*')
  async message({ data }: RequestMessage): Promise<object> {
    if (data === 'refuse') throw new RequestRefused('not-here', 'a rule');
    if (data === 'fail') throw new Error(SECRET);
    return { by: 'bus' };
  }
}

let nats: Nats;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());

async function start(lines: string[]): Promise<RunningService> {
  return runService(
    {
      name: 'both',
      configuration: z.object(serviceVariables).transform(serviceConfig),
      build({ onStop, health, log }) {
        const bus = connectBus({ url: nats.url, name: 'both' });
        onStop('bus', () => bus.close());
        health.show('bus', () => bus.connected);
        const server = new NatsRequestServer({
          bus,
          onFailure: (error, subject) => {
            log.error('request failed', { error, subject });
          },
        });
        return { controllers: [BothController], microservices: [server] };
      },
    },
    { http: { port: 0 }, stopMillis: 5000 },
    { logStream: { write: (line) => void lines.push(line) } },
  );
}

test('one service answers HTTP and messages, starts without the bus, and stops cleanly', async () => {
  const lines: string[] = [];
  await nats.stop();
  const service = await start(lines);
  expect(await (await fetch(`${service.httpUrl}/v1/http`)).json()).toEqual({ by: 'http' });
  const ready = await fetch(`${service.httpUrl}/health/ready`);
  expect(await ready.json()).toEqual({ status: 'ready', checks: [], shown: [{ name: 'bus', ok: false }] });
  nats = await startNats({ port: nats.port });
  const alpha: Bus = connectBus({ url: nats.url, name: 'alpha', inboxPrefix: inboxPrefixOf('alpha') });
  const ask = (data: string): Promise<unknown> =>
    request(alpha, 'test.both.v1.alpha', data, { timeoutMillis: 1000 });
  await expect.poll(() => ask('').catch(() => null), { timeout: 20_000 }).toEqual({ ok: true, by: 'bus' });
  await expect(ask('refuse')).rejects.toMatchObject({ code: 'refused', refusal: 'not-here' });
  await expect(ask('fail')).rejects.toMatchObject({ code: 'refused', refusal: 'internal' });
  expect(
    lines.some((line) => line.includes('"message":"request failed"') && line.includes('test.both.v1.alpha')),
  ).toBe(true);
  // What was thrown is logged with its place, and without its text.
  expect(lines.some((line) => line.includes('run-service-bus.int.spec'))).toBe(true);
  expect(lines.join('')).not.toContain(SECRET);
  expect(await service.stop()).toBe(true);
  await expect(ask('')).rejects.toMatchObject({ code: 'no-responders' });
  await alpha.close();
});
