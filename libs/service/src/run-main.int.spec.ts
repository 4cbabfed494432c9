import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const library = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const zod = import.meta.resolve('zod');

/** A service as an app's main.js writes it, that can be told to misbehave. */
const MAIN = `
import { z } from ${JSON.stringify(zod)};
import { fromVariable, runMain, serviceConfig, serviceVariables, url } from ${JSON.stringify(library)};
const configuration = z.object({ ...serviceVariables, BESURE_DATABASE_URL: url('postgres'), TRICK: z.string().optional() })
  .transform((e) => ({ ...serviceConfig(e), trick: e.TRICK }));
await runMain({
  name: 'example',
  configuration,
  migrate: async (config) => { if (config.trick === 'migrate') throw new Error('no 85073003328'); },
  deadLetters: async (config) => {
    if (config.trick === 'desk') throw new Error('no 85073003328');
    return {
      list: async () => [{ id: 5 }],
      replay: async (id) => { if (id !== 5) throw Object.assign(new Error('85073003328'), { code: 'no-dead-letter' }); },
      discard: async () => {},
      close: async () => {},
    };
  },
  build({ config, onStop, log }) {
    if (config.trick === 'key') fromVariable('BESURE_SIGNING_KEY_FILE', () => { throw new Error('not a key'); });
    if (config.trick === 'hang') onStop('hanging', () => new Promise(() => {}));
    if (config.trick === 'crash') setTimeout(() => { throw new Error('85073003328'); }, 0);
    return {};
  },
});
`;

let folder = '';
let main = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'besure-main-'));
  main = join(folder, 'main.mjs');
  writeFileSync(main, MAIN);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const good = { BESURE_DATABASE_URL: 'postgres://h/d', BESURE_HTTP_PORT: '0', BESURE_HTTP_HOST: '127.0.0.1' };

function run(environment: Record<string, string>, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [main, ...args], {
    env: { ...good, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  if (stream !== null) for await (const chunk of stream) text += String(chunk);
  return text;
}

async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const [out, err, exit] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, 'exit'),
  ]);
  return { code: exit[0] as number | null, out, err };
}

async function started(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const { message, url } = JSON.parse(line) as { message: string; url?: string };
    if (message === 'started' && url !== undefined) return url;
  }
  throw new Error('ended before it started');
}

describe('main', () => {
  test('wrong configuration: 78 and one line', async () => {
    const missing = await ended(run({ BESURE_DATABASE_URL: '' }));
    expect(missing).toEqual({
      code: 78,
      out: '',
      err: 'BESURE_DATABASE_URL is not set: it must be a URL that starts with postgres://\n',
    });
    const key = await ended(run({ TRICK: 'key' }));
    expect(key).toEqual({ code: 78, out: '', err: 'BESURE_SIGNING_KEY_FILE cannot be used: not a key\n' });
  });

  test('wrong usage: 64', async () => {
    expect((await ended(run({}, 'go'))).code).toBe(64);
    expect((await ended(run({}, 'migrate', 'more'))).code).toBe(64);
  });

  test('migrate: 0, or 1 without quoting what failed', async () => {
    expect((await ended(run({}, 'migrate'))).code).toBe(0);
    const failed = await ended(run({ TRICK: 'migrate' }, 'migrate'));
    expect(failed.code).toBe(1);
    expect(failed.out).toContain('"failed"');
    expect(failed.out + failed.err).not.toContain('85073003328');
  });

  test('dead-letters: 0 where all is done, else 1; 64 where it is not written as it has to be', async () => {
    expect(await ended(run({}, 'dead-letters', 'list'))).toEqual({ code: 0, out: '{"id":5}\n', err: '' });
    const one = await ended(run({}, 'dead-letters', 'replay', '5', '6'));
    expect(one).toEqual({
      code: 1,
      out: '{"id":5,"ending":"replayed"}\n{"id":6,"ending":null,"error":"Error","code":"no-dead-letter","reason":null}\n',
      err: '',
    });
    const usage = await ended(run({}, 'dead-letters', 'discard', '5'));
    expect(usage).toMatchObject({ code: 64, out: '' });
    expect(usage.err).toMatch(
      /^discard needs a --reason\nusage: example\n +example migrate\n +example dead-letters list/,
    );
    const failed = await ended(run({ TRICK: 'desk' }, 'dead-letters', 'list'));
    expect(failed.code).toBe(1);
    expect(failed.out + failed.err).not.toContain('85073003328');
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s stops it cleanly: 0', async (signal) => {
    const child = run({});
    const url = await started(child);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('process_resident_memory_bytes');
    child.kill(signal);
    expect((await once(child, 'exit'))[0]).toBe(0);
  });

  test('a part that hangs: 1 after the deadline; a second signal: 130 at once', async () => {
    const slow = run({ TRICK: 'hang', BESURE_STOP_DEADLINE: '1 s' });
    await started(slow);
    slow.kill('SIGTERM');
    expect((await once(slow, 'exit'))[0]).toBe(1);
    const impatient = run({ TRICK: 'hang', BESURE_STOP_DEADLINE: '1 h' });
    const url = await started(impatient);
    impatient.kill('SIGTERM');
    // Once it no longer listens, the first signal has been taken.
    await expect
      .poll(
        () =>
          fetch(`${url}/health/live`)
            .then(() => 'listening')
            .catch(() => 'closed'),
        { timeout: 10_000 },
      )
      .toBe('closed');
    impatient.kill('SIGTERM');
    expect((await once(impatient, 'exit'))[0]).toBe(130);
  });

  test('an error that nobody caught: 1, logged without its message', async () => {
    const crash = await ended(run({ TRICK: 'crash' }));
    expect(crash.code).toBe(1);
    expect(crash.out).toContain('"failed"');
    expect(crash.out + crash.err).not.toContain('85073003328');
  });
});
