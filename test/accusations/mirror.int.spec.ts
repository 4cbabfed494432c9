import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIES } from '@besure/audit';
import { run } from '@besure/cli';
import { parseCheckpoint } from '@besure/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ACCUSED,
  GUILTY,
  HONEST,
  ledger,
  lengthened,
  network,
  nonsense,
  rewritten,
  shortened,
  swapped,
  T,
} from '../make-vectors/accusation-scene.ts';
import { LogServer } from './log-server.ts';
import { LYING, type Show, shownLog } from './shows.ts';

let folder: string;
let mirror: string;
let trust: string;
const servers: LogServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'besure-mirror-'));
  mirror = join(folder, 'mirror');
  trust = join(folder, 'trust.json');
  writeFileSync(trust, network.trust);
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  rmSync(folder, { recursive: true });
});

async function besure(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    coloured: false,
    width: null,
  };
  return { status: await run(args, io), out, err };
}

/** Mirrors what hubs show, all at once. */
async function mirrored(...shows: Show[]): ReturnType<typeof besure> {
  const started = await Promise.all(shows.map((show) => LogServer.start(shownLog(show))));
  servers.push(...started);
  return besure('mirror', mirror, '--trust', trust, ...started.flatMap(({ url }) => ['--url', url]));
}

function accusations(): string[] {
  const path = join(mirror, 'accusations');
  return existsSync(path) ? readdirSync(path) : [];
}

async function expectConvicted(lie: string, said: string): Promise<void> {
  const file = `hub-1-${lie}.json`;
  expect(accusations()).toEqual([file]);
  const path = join(mirror, 'accusations', file);
  expect(said).toContain(path);
  const { status, out } = await besure('audit', path, '--trust', trust, '--json');
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ result: 'proven', accused: { name: ACCUSED, id: 'hub-1' }, lie });
}

describe('a mirror of a hub that lies', () => {
  it.each(LYING)('%s is caught, and the file convicts that hub', async (lie, before, then) => {
    expect((await mirrored(before)).status).toBe(0);
    const { status, out, err } = await mirrored(then);
    expect(status).toBe(1);
    await expectConvicted(lie, out + err);
    // What was proven wrong is not what the mirror has.
    const kept = parseCheckpoint(readFileSync(join(mirror, 'checkpoint'), 'utf8'));
    if (lie !== 'backdates') expect(kept.text).toBe(parseCheckpoint(shownLog(before).note).text);
  });

  it('convicts it of every kind of lie', () => {
    expect(new Set(LYING.map(([lie]) => lie))).toEqual(new Set(Object.keys(LIES)));
  });

  it.each<[lie: string, ...shows: Show[]]>([
    ['two-logs', [ledger, GUILTY], [rewritten, GUILTY]],
    ['invents', [ledger, HONEST], [lengthened, GUILTY]],
    ['invents', [nonsense, GUILTY], [ledger, HONEST]],
    ['omits', [ledger, HONEST], [shortened, GUILTY]],
    ['reorders', [ledger, HONEST], [swapped, GUILTY]],
    ['undue-size', [ledger, HONEST], [ledger, GUILTY, 2]],
  ])('that shows another log than others at the same time is caught: %s', async (lie, ...shows) => {
    const { status, out, err } = await mirrored(...shows);
    expect(status).toBe(1);
    await expectConvicted(lie, out + err);
  });
});

describe('a mirror of honest hubs', () => {
  it.each<[name: string, before: Show, ...then: Show[]]>([
    ['that go on', [ledger, HONEST, 3], [ledger, GUILTY], [ledger, HONEST]],
    ['of which one is behind', [ledger, HONEST], [ledger, HONEST], [ledger, { 'hub-1': T - 60 }, 3]],
    ['that catch up, and sign all that was due at one time', [ledger, GUILTY, 3], [ledger, GUILTY]],
  ])('%s accuses nobody', async (_name, before, ...then) => {
    expect((await mirrored(before)).status).toBe(0);
    expect(await mirrored(...then)).toMatchObject({ status: 0, err: '' });
    expect(accusations()).toEqual([]);
  });

  it('refuses an old checkpoint that is served again, and accuses nobody: nothing new was signed', async () => {
    expect((await mirrored([ledger, GUILTY])).status).toBe(0);
    const { status, err } = await mirrored([ledger, { 'hub-1': T - 60 }, 3]);
    expect(status).toBe(1);
    expect(err).toMatch(/older checkpoint \(size 3\)/);
    expect(accusations()).toEqual([]);
  });

  it('accuses nobody for what a stranger made up in the name of a hub', async () => {
    expect((await mirrored([ledger, GUILTY])).status).toBe(0);
    const { note, entries } = shownLog([rewritten, GUILTY]);
    const [honest, lie] = [shownLog([ledger, GUILTY]).note, note].map((one) => one.split('\n\n'));
    const server = await LogServer.start({ note: `${lie![0]}\n\n${honest![1]}`, entries });
    servers.push(server);
    const { status, err } = await besure('mirror', mirror, '--trust', trust, '--url', server.url);
    expect(status).toBe(1);
    expect(err).toContain('no hub of the trust file has signed it');
    expect(accusations()).toEqual([]);
  });
});
