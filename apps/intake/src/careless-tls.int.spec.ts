import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { TestAuthority } from '@besure/testing/tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntakeAtWork } from '../contract/intake-at-work.js';
import { RawClient, headOf, problemIn } from '../contract/raw-client.js';

const MEGABYTE = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'besure-careless-'));
let authority: TestAuthority;
let intake: IntakeAtWork;

beforeAll(async () => {
  authority = await TestAuthority.create('Ours');
  const { certificate, key } = await authority.issue({ name: 'server', use: 'server' });
  const [certificateFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  writeFileSync(certificateFile, certificate);
  writeFileSync(keyFile, key, { mode: 0o600 });
  intake = await IntakeAtWork.start({
    requestMillis: 500,
    http: { port: 0, tls: { certificateFile, keyFile } },
  });
});
afterAll(async () => {
  await intake.stop();
  rmSync(folder, { recursive: true, force: true });
});

const port = (): number => Number(new URL(intake.service.httpUrl).port);
const client = (): RawClient =>
  new RawClient(
    connect({ port: port(), host: '127.0.0.1', ca: authority.certificate, servername: 'localhost' }),
  );

describe('over TLS', () => {
  it('a slow client is told 408 at the deadline', async () => {
    const slow = client();
    await slow.write(`${headOf(intake)}content-length: 100\r\n\r\n{`);
    expect(problemIn(await slow.answer)).toMatchObject({
      head: expect.stringMatching(/^HTTP\/1\.1 408 /) as string,
      body: { type: 'urn:besure:problem:too-slow' },
    });
  });

  it('a client that never ends its handshake is let go', async () => {
    const silent = new RawClient(connectTcp(port(), '127.0.0.1'));
    await silent.write('\x16\x03\x01');
    expect(await silent.answer).toBe('');
  });

  it('10 MB are answered with 413, which a client reads that sends all first', async () => {
    const large = client();
    large.socket.pause();
    await large.write(`${headOf(intake)}content-length: ${10 * MEGABYTE}\r\n\r\n`);
    for (let at = 0; at < 10; at += 1) await large.write(' '.repeat(MEGABYTE));
    large.socket.resume();
    expect(problemIn(await large.answer)).toMatchObject({
      head: expect.stringMatching(/^HTTP\/1\.1 413 /) as string,
      body: { type: 'urn:besure:problem:too-large' },
    });
  });
});
