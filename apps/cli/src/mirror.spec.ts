import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodePrimitives } from '@besure/keys';
import {
  CompactRange,
  encodeBase64,
  encodeEntryBundle,
  formatCheckpoint,
  leafHash,
  utf8Encode,
} from '@besure/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const { sha256 } = nodePrimitives;
const folder = mkdtempSync(join(tmpdir(), 'besure-cli-mirror-'));
const servers: Server[] = [];

afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

async function besure(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const status = await run(args, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    coloured: false,
    width: null,
  });
  return { status, out, err };
}

/** Publishes a log of some entries as a hub does, at `/log/proofs`; nobody has signed it. */
async function publish(
  entries: readonly string[],
): Promise<{ url: string; grow: (more: readonly string[]) => void }> {
  const root = mkdtempSync(join(folder, 'published-'));
  const server = createServer((request, response) => {
    try {
      const bytes = readFileSync(join(root, request.url ?? ''));
      response.writeHead(200).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  const write = (path: string, content: Uint8Array | string): void => {
    const target = join(root, 'log/proofs', path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  };
  const grow = (all: readonly string[]): void => {
    const bytes = all.map(utf8Encode);
    const range = new CompactRange(sha256);
    for (const entry of bytes) range.append(leafHash(entry, sha256));
    const body = { origin: 'log.example', size: all.length, root: range.root() };
    write(
      'checkpoint',
      formatCheckpoint(body, [`— nobody ${encodeBase64(utf8Encode('key id and signature'))}`]),
    );
    write(`tile/entries/000.p/${all.length}`, encodeEntryBundle(bytes));
    write(`tile/0/000.p/${all.length}`, Buffer.concat(bytes.map((entry) => leafHash(entry, sha256))));
  };
  grow(entries);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, grow };
}

describe('besure mirror', () => {
  let hub: Awaited<ReturnType<typeof publish>>;
  const mirror = join(folder, 'mirror');

  beforeAll(async () => {
    hub = await publish(['a', 'b', 'c']);
  });

  it('copies a log and goes on where it was, by the URL of the hub or of the log', async () => {
    const first = await besure('mirror', mirror, '--url', hub.url);
    expect(first).toMatchObject({ status: 0, err: '' });
    expect(first.out).toContain('3 entries, 3 of them new');
    expect(first.out).toContain('signatures were not checked');
    hub.grow(['a', 'b', 'c', 'd']);
    const { status, out } = await besure('mirror', mirror, '--url', `${hub.url}/log/proofs`, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      origin: 'log.example',
      size: 4,
      sizeBefore: 3,
      signatures: null,
      sources: [{ name: `${hub.url}/log/proofs`, state: 'copied' }],
    });
  });

  it('names the hub that shows another history, or an older checkpoint, with exit status 1', async () => {
    const other = await publish(['a', 'x', 'c', 'd', 'e']);
    const fork = await besure('mirror', mirror, '--url', other.url);
    expect(fork).toMatchObject({ status: 1, out: '' });
    expect(fork.err).toContain(`${other.url}/log/proofs shows another history`);
    const old = await publish(['a', 'b']);
    const older = await besure('mirror', mirror, '--url', old.url);
    expect(older).toMatchObject({ status: 1, out: '' });
    expect(older.err).toContain(`${old.url}/log/proofs shows an older checkpoint (size 2)`);
    expect((await besure('mirror', mirror, '--url', hub.url)).status).toBe(0);
  });

  it('says with exit status 69 that nothing can be read', async () => {
    const { status, err } = await besure('mirror', mirror, '--url', 'http://127.0.0.1:1');
    expect(status).toBe(69);
    expect(err).toContain('http://127.0.0.1:1/log/proofs');
  });

  it.each([
    [['mirror'], 'DIR is missing'],
    [['mirror', 'a', 'b'], 'one DIR only'],
    [['mirror', 'a', '--url', 'ftp://hub'], '--url must start with http:// or https://'],
    [['up', '--hubs', '0'], '--hubs is a number from 1 to 5'],
    [['up', '--hubs', 'two'], '--hubs is a number from 1 to 5'],
    [['status', '--hubs', 'x'], 'what is "x"?'],
  ])('refuses %j with exit status 64', async (args, reason) => {
    const { status, err } = await besure(...args);
    expect(status).toBe(64);
    expect(err).toContain(reason);
  });

  it('does not take a trust file that is none', async () => {
    const trust = join(folder, 'trust.json');
    writeFileSync(trust, '{}');
    const { status, err } = await besure('mirror', mirror, '--url', hub.url, '--trust', trust);
    expect(status).toBe(1);
    expect(err).toContain(`${trust} is no trust file`);
  });
});
