import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { freshDatabase, startNats, startPostgres, waitUntil } from './index.js';
import { startSupervised } from './supervised-process.js';

const folders: string[] = [];

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'besure-servers-spec-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows.map((row) => Object.values(row)[0]);
  } finally {
    await client.end();
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('startPostgres', () => {
  it('starts an empty cluster on this machine only, and leaves nothing behind', async () => {
    const postgres = await startPostgres();
    expect(await query(postgres.url, 'show fsync')).toEqual(['off']);
    for (const address of Object.values(networkInterfaces()).flat()) {
      if (address?.family === 'IPv4' && !address.internal) {
        expect(await accepts(address.address, postgres.port)).toBe(false);
      }
    }
    const stranger = postgres.url.replace(/besure:[^@]*@/, 'besure:wrong@');
    await expect(query(stranger, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    await postgres.stop();
    expect(existsSync(postgres.folder)).toBe(false);
    expect(await accepts('127.0.0.1', postgres.port)).toBe(false);
  });

  it('keeps committed data in a folder over kill and restart', async () => {
    const wanted = join(temporaryFolder(), 'with a space', 'postgres');
    const first = await startPostgres({ folder: wanted, durable: true });
    folders.push(first.folder);
    expect(await query(first.url, 'show fsync')).toEqual(['on']);
    await query(first.url, 'create table kept as select 42 as answer');
    await first.kill();
    const second = await startPostgres({ folder: wanted, durable: true });
    expect(second.folder).toBe(first.folder);
    expect(await query(second.url, 'select answer from kept')).toEqual([42]);
    await second.stop();
  });

  it('gives databases of their own, also copies of a prepared one', async () => {
    const prepared = await freshDatabase();
    await query(prepared.url, 'create table t as select 1 as one');
    const copy = await freshDatabase({ template: prepared.name });
    expect(await query(copy.url, 'select one from t')).toEqual([1]);
    const empty = await freshDatabase();
    await expect(query(empty.url, 'select one from t')).rejects.toMatchObject({ code: '42P01' });
    await Promise.all([prepared.drop(), copy.drop(), empty.drop()]);
    await expect(query(copy.url, 'select 1')).rejects.toMatchObject({ code: '3D000' });
  });

  it('names the reason when it cannot start', async () => {
    const folder = temporaryFolder();
    const started = startPostgres({ folder, settings: { no_such_setting: 'x' } });
    await expect(started).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining('no_such_setting') as string,
    });
  });
});

describe('startNats', () => {
  it('takes accounts as configuration and keeps its port over a kill', async () => {
    const config = 'accounts { A { jetstream: enabled, users: [{ user: a, password: secret }] } }';
    const folder = join(temporaryFolder(), 'with a space');
    const first = await startNats({ config, folder });
    expect(existsSync(join(folder, 'jetstream'))).toBe(true);
    await first.kill();
    const second = await startNats({ config, folder, port: first.port });
    expect(second.url).toBe(first.url);
    await second.stop();
    expect(await accepts('127.0.0.1', second.port)).toBe(false);
  });

  it('names the reason when it cannot start', async () => {
    await expect(startNats({ config: 'nonsense {' })).rejects.toMatchObject({ code: 'start-failed' });
  });
});

describe('startSupervised', () => {
  it('passes signals on and reports how the child ended', async () => {
    const logFile = join(temporaryFolder(), 'log');
    const script = `
      process.on('SIGTERM', () => { console.log('asked'); process.exit(7); });
      setInterval(() => undefined, 1000);
      console.log('ready');`;
    const child = await startSupervised({
      name: 'a child',
      command: process.execPath,
      args: ['--eval', script],
      logFile,
    });
    await waitUntil({ what: 'the child to be ready' }, () =>
      child.lastLines() === 'ready' ? true : undefined,
    );
    expect(await child.stop()).toBe(7);
    expect(child.lastLines()).toBe('ready\nasked');
  });

  it('ends everything when its parent is killed, and removes what is temporary', async () => {
    const script = `
      import { startNats, startPostgres } from ${JSON.stringify(import.meta.resolve('@besure/testing'))};
      const servers = await Promise.all([startPostgres(), startNats()]);
      console.log(JSON.stringify(servers.map(({ pid, folder }) => ({ pid, folder }))));
      setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const servers = JSON.parse(line.toString()) as { pid: number; folder: string }[];
    expect(servers.map(({ pid }) => isAlive(pid))).toEqual([true, true]);
    parent.kill('SIGKILL');
    for (const { pid, folder } of servers) {
      await waitUntil({ what: `process ${pid} to end` }, () => (isAlive(pid) ? undefined : true));
      await waitUntil({ what: `${folder} to be removed` }, () => (existsSync(folder) ? undefined : true));
    }
  });
});
