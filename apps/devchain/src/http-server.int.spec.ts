import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunningService } from '@besure/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { start } from './start.js';

let directory = '';
let running: RunningService | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'besure-devchain-'));
});

afterEach(async () => {
  await running?.stop();
  running = undefined;
  rmSync(directory, { recursive: true });
});

const config = (blockMillis = 3_600_000) => ({
  http: { port: 0 },
  dataDirectory: join(directory, 'chain'),
  chain: 'besure',
  user: 'user',
  password: 'password',
  blockMillis,
  logLevel: 'error' as const,
});

async function post(body: string, { password = 'password', path = '/', method = 'POST' } = {}) {
  const authorization = `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;
  const request = { method, headers: { authorization }, body };
  const response = await fetch(`${running?.httpUrl}${path}`, request);
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
}

const failure = (code: number, message: string, id: unknown): string =>
  `${JSON.stringify({ result: null, error: { code, message }, id })}\n`;

describe('HTTP, as a real node speaks it', () => {
  beforeEach(async () => {
    running = await start(config());
  });

  const json = 'application/json';
  const cases: [string, string, object, { status: number; type?: string | null; body: string }][] = [
    [
      'a call',
      '{"method":"getblockcount","params":[],"id":"a"}',
      {},
      { status: 200, type: json, body: '{"result":1,"error":null,"id":"a"}\n' },
    ],
    [
      'no parameters',
      '{"method":"getblockcount"}',
      {},
      { status: 200, body: '{"result":1,"error":null,"id":null}\n' },
    ],
    [
      'null for parameters',
      '{"method":"getblockcount","params":null,"id":7}',
      {},
      { status: 200, body: '{"result":1,"error":null,"id":7}\n' },
    ],
    ['another password', '{}', { password: 'x' }, { status: 401, type: null, body: '' }],
    ['another path', '{"method":"getblockcount"}', { path: '/x' }, { status: 404, type: null, body: '' }],
    [
      'another method of HTTP',
      '{}',
      { method: 'PUT' },
      { status: 405, type: null, body: 'JSONRPC server handles only POST requests' },
    ],
    ['not JSON', 'no', {}, { status: 500, type: json, body: failure(-32700, 'Parse error', 0) }],
    ['nothing', '', {}, { status: 500, body: failure(-32700, 'Parse error', 0) }],
    ['a number', '5', {}, { status: 500, body: failure(-32700, 'Top-level object parse error', 0) }],
    ['null', 'null', {}, { status: 500, body: failure(-32700, 'Top-level object parse error', 0) }],
    ['no method', '{"id":7}', {}, { status: 400, body: failure(-32600, 'Missing method', 0) }],
    [
      'a number for a method',
      '{"method":5,"id":7}',
      {},
      { status: 400, body: failure(-32600, 'Method must be a string', 0) },
    ],
    [
      'parameters by name',
      '{"method":"getblockcount","params":{},"id":7}',
      {},
      { status: 400, body: failure(-32600, 'Params must be an array', 0) },
    ],
    [
      'another chain',
      '{"method":"getblockcount","id":7,"chain_name":"x"}',
      {},
      { status: 400, body: failure(-32600, 'Wrong chain name', 0) },
    ],
    [
      'a number for a chain',
      '{"method":"getblockcount","id":7,"chain_name":5}',
      {},
      { status: 400, body: failure(-32600, 'Chain name must be a string', 0) },
    ],
    [
      'an unknown method',
      '{"method":"publish","params":[],"id":7}',
      {},
      { status: 404, type: json, body: failure(-32601, 'Method not found', 7) },
    ],
    [
      'a method of objects, not of the RPC',
      '{"method":"constructor","params":[],"id":7}',
      {},
      { status: 404, body: failure(-32601, 'Method not found', 7) },
    ],
    ['an empty batch', '[]', {}, { status: 200, body: '[]\n' }],
    [
      'a batch of everything',
      '[{"method":"getblockcount","id":1},{"method":"sendrawtransaction","params":["00"],"id":2},{"method":"nosuch","id":3},4,{"id":5},{"method":"getinfo","chain_name":"x","id":6}]',
      {},
      {
        status: 200,
        type: json,
        body: `[${[
          '{"result":1,"error":null,"id":1}\n',
          failure(-22, 'TX decode failed', 2),
          failure(-32601, 'Method not found', 3),
          failure(-32600, 'Invalid Request object', null),
          failure(-32600, 'Missing method', 5),
          failure(-32600, 'Wrong chain name', 6),
        ]
          .map((line) => line.trim())
          .join(',')}]\n`,
      },
    ],
  ];

  it.each(cases)('%s', async (_, body, options, expected) => {
    expect(await post(body, options)).toMatchObject(expected);
  });

  it('wrong parameters', async () => {
    const ask = async (method: string, ...params: unknown[]): Promise<unknown> => {
      const { body } = await post(JSON.stringify({ method, params, id: 1 }));
      const { error } = JSON.parse(body) as { error: { code: number; message: string } | null };
      return error && [error.code, error.message.split('\n')[0]];
    };
    expect(await ask('getblockhash', '1')).toEqual([-1, 'value is type str, expected int']);
    expect(await ask('getblockhash', 1.5)).toEqual([-1, 'value is type real, expected int']);
    expect(await ask('getblockhash', -1)).toEqual([-711, 'Block height out of range']);
    expect(await ask('getblock', 'xyz', false)).toEqual([-711, 'Block height should be integer']);
    expect(await ask('getblock', 'AB'.repeat(32), false)).toEqual([-711, 'Block not found']);
    expect(await ask('getrawtransaction', 'ab')).toEqual([-8, 'parameter 1 must be of length 64 (not 2)']);
    expect(await ask('getrawtransaction', 'xyz')).toEqual([
      -8,
      "parameter 1 must be hexadecimal string (not 'xyz')",
    ]);
    expect(await ask('sendrawtransaction', 'zz')).toEqual([-22, 'TX decode failed']);
    expect((await ask('sendrawtransaction', 5)) as unknown[]).toContain(-3);
    expect(await ask('grant', '1bad', 'send')).toEqual([-5, 'Invalid address: 1bad']);
    expect(await ask('listunspent', 0, 9, ['xyz'])).toEqual([-5, 'Invalid address: xyz']);
    expect(await ask('importaddress', 'xyz', '', false)).toEqual([
      -5,
      'Invalid MultiChain address or script',
    ]);
    expect(await ask('listpermissions', 'xyz')).toEqual([-8, 'Invalid permission']);
    expect(await ask('listpermissions', 'write')).toEqual([-8, 'Invalid permission']);
    expect(await ask('listpermissions', 'no.write')).toEqual([-708, 'Entity with this name not found: no']);
    expect(await ask('create', 'asset', 'a', {})).toEqual([-8, 'Invalid entity type']);
    expect(await ask('create', 'stream', '*', false)).toEqual([-8, 'Invalid stream name: *']);
    expect(await ask('create', 'stream', 'a'.repeat(33), false)).toEqual([-8, 'Invalid stream name']);
    expect(await ask('setruntimeparam', 'nosuch', '')).toEqual([-8, 'Unsupported runtime parameter: nosuch']);
    expect(await ask('setruntimeparam', 'lockblock', 5)).toEqual([-8, 'Invalid parameter value type']);
    expect(await ask('setruntimeparam', 'lockblock', 'ab')).toEqual([
      -8,
      "Invalid parameter, -lockblock must be 32-byte hexadecimal string (not 'ab')",
    ]);
    expect(await ask('getinfo', 1)).toEqual([-1, 'getinfo']);
    expect(await ask('revoke')).toEqual([-1, 'revoke "address" "permission(s)"']);
  });

  it('health and metrics, without a password', async () => {
    const get = async (path: string) => {
      const response = await fetch(`${running?.httpUrl}${path}`);
      return { status: response.status, body: await response.text() };
    };
    expect(await get('/health/live')).toEqual({ status: 200, body: '{"status":"live"}' });
    expect(await get('/health/ready')).toEqual({ status: 200, body: '{"status":"ready"}' });
    const metrics = await get('/metrics');
    expect(metrics.body).toContain('besure_ledger_height{service="devchain"} 1');
    expect((await get('/nothing')).status).toBe(404);
    expect((await get('/')).status).toBe(405);
  });
});

describe('a chain that runs', () => {
  it('makes blocks by itself, and goes on after a stop', async () => {
    running = await start(config(20));
    const height = async (): Promise<number> => {
      const { body } = await post('{"method":"getblockcount","id":1}');
      return (JSON.parse(body) as { result: number }).result;
    };
    const before = await reach(height, 4);
    expect(await running.stop()).toBe(true);
    running = await start(config(20));
    expect(await reach(height, before + 2)).toBeGreaterThanOrEqual(before + 2);
  });
});

async function reach(height: () => Promise<number>, wanted: number): Promise<number> {
  for (;;) {
    const now = await height();
    if (now >= wanted) return now;
  }
}

describe('main.js', () => {
  const main = new URL('../dist/main.js', import.meta.url).pathname;
  const environment = () => ({
    PATH: process.env['PATH'],
    BESURE_HTTP_PORT: '0',
    BESURE_HTTP_HOST: '127.0.0.1',
    DEVCHAIN_DATA_DIR: join(directory, 'chain'),
    DEVCHAIN_PASSWORD_FILE: join(directory, 'password'),
    DEVCHAIN_BLOCK_MILLIS: '20',
  });

  function run(changes: Record<string, string | undefined> = {}): ChildProcess {
    writeFileSync(join(directory, 'password'), 'password\n');
    return spawn(process.execPath, [main], { env: { ...environment(), ...changes }, stdio: 'pipe' });
  }

  async function errorsOf(child: ChildProcess): Promise<string[]> {
    const lines: string[] = [];
    createInterface(child.stderr!).on('line', (line) => lines.push(line));
    child.stdout!.resume();
    await once(child, 'close');
    return lines;
  }

  it('ends with 78 and one line when it is told something wrong', async () => {
    const child = run({ DEVCHAIN_BLOCK_MILLIS: '1' });
    const lines = await errorsOf(child);
    expect(child.exitCode).toBe(78);
    expect(lines).toEqual(['DEVCHAIN_BLOCK_MILLIS must be a whole number from 10 to 3600000']);
  });

  it('says what it is, and ends cleanly when told to', async () => {
    const child = run();
    const lines: { level: string; message: string }[] = [];
    const output = createInterface(child.stdout!);
    for await (const line of output) {
      lines.push(JSON.parse(line) as { level: string; message: string });
      if (lines.at(-1)?.message === 'started') child.kill('SIGTERM');
    }
    if (child.exitCode === null) await once(child, 'close');
    expect(child.exitCode).toBe(0);
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'warn devchain is a simulation for development and tests, never for production',
      'info started',
      'info stopped',
    ]);
  });

  it('is there again after it was killed, with every block that anybody saw', async () => {
    let seen: string[] = [];
    for (let round = 0; round < 3; round++) {
      const child = run();
      const url = await startedAt(child);
      const hashes = await firstBlocks(url, seen.length + 4);
      expect(hashes.slice(0, seen.length)).toEqual(seen);
      seen = hashes;
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });

  async function startedAt(child: ChildProcess): Promise<string> {
    for await (const line of createInterface(child.stdout!)) {
      const { message, url } = JSON.parse(line) as { message: string; url?: string };
      if (message === 'started' && url !== undefined) return url;
    }
    throw new Error('it ended before it had started');
  }

  /** The hashes of the first blocks, once there are that many. */
  async function firstBlocks(url: string, count: number): Promise<string[]> {
    const authorization = `Basic ${Buffer.from('multichainrpc:password').toString('base64')}`;
    const ask = async (method: string, params: unknown[]): Promise<unknown> => {
      const body = JSON.stringify({ method, params, id: 1 });
      const response = await fetch(url, { method: 'POST', headers: { authorization }, body });
      return ((await response.json()) as { result: unknown }).result;
    };
    while (((await ask('getblockcount', [])) as number) < count - 1);
    return Promise.all(Array.from({ length: count }, (_, i) => ask('getblockhash', [i]) as Promise<string>));
  }
});
