import { Controller, Get } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Open } from '../access-guard.js';
import { runService, type RunningService } from '../run-service.js';
import { serviceConfig, serviceVariables } from '../variables.js';
import type { ApiDescription, DescribedOperations } from './api-description.js';

const answer = z.object({ greeting: z.string() });

@Controller('v1')
class GreetingController {
  @Get('greeting/:name')
  @Open()
  greet(): z.output<typeof answer> {
    return { greeting: 'hello' };
  }
}

const operations: DescribedOperations = {
  'GET /v1/greeting/{name}': {
    id: 'greet',
    summary: 'Greets',
    path: z.object({ name: z.string() }),
    answers: { 200: { description: 'A greeting.', content: { 'application/json': answer } } },
  },
};
const running: RunningService[] = [];
const closed: string[] = [];

async function start(api: ApiDescription): Promise<RunningService> {
  const service = await runService(
    {
      name: 'greeter',
      configuration: z.object(serviceVariables).transform(serviceConfig),
      api,
      build({ onStop }) {
        onStop('something', () => void closed.push('something'));
        return { controllers: [GreetingController] };
      },
    },
    { http: { port: 0 }, logLevel: 'error' },
  );
  running.push(service);
  return service;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
  closed.length = 0;
});

describe('/docs', () => {
  it('describes the service to programs and to people', async () => {
    const { httpUrl } = await start({ title: 'Greeter', description: 'Greets.', operations });
    const json = await fetch(`${httpUrl}/docs/openapi.json`);
    expect(json.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const document = (await json.json()) as { openapi: string; paths: Record<string, unknown> };
    expect(document.openapi).toBe('3.1.1');
    expect(Object.keys(document.paths)).toEqual([
      '/v1/greeting/{name}',
      '/health/live',
      '/health/ready',
      '/metrics',
      '/docs',
      '/docs/openapi.json',
    ]);
    const page = await fetch(`${httpUrl}/docs`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('GET /v1/greeting/{name}');
  });

  it('keeps a service from starting where it differs from the routes', async () => {
    const { 'GET /v1/greeting/{name}': greet } = operations as Required<typeof operations>;
    const nothing: ApiDescription = { title: 'Greeter', description: 'Greets.', operations: {} };
    await expect(start(nothing)).rejects.toThrow('GET /v1/greeting/:name is not described');
    await expect(
      start({ ...nothing, operations: { ...operations, 'POST /v1/greeting': { ...greet!, id: 'more' } } }),
    ).rejects.toThrow('POST /v1/greeting is not served');
    expect(closed).toEqual(['something', 'something']);
    expect((await start({ ...nothing, operations })).name).toBe('greeter');
  });
});
