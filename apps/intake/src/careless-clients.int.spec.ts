import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { newToken } from '@besure/service';
import { waitUntil } from '@besure/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntakeAtWork, sentEvent, writeTokens } from '../contract/intake-at-work.js';
import { RawClient, headOf, openSockets, problemIn } from '../contract/raw-client.js';

const GOOD = JSON.stringify(sentEvent());
const MEGABYTE = 1024 * 1024;
const reader = newToken();
let intake: IntakeAtWork;

beforeAll(async () => {
  intake = await IntakeAtWork.start({ requestMillis: 400, logLevel: 'info' });
  writeTokens(intake.config.tokensFile, [
    { token: intake.token },
    { token: reader, scopes: ['events:read'] },
  ]);
  await waitUntil({ what: 'the reader to be known' }, async () =>
    (await intake.get({}, reader)).status === 200 ? true : undefined,
  );
  // What is opened at the first need and kept is no leak.
  await intake.get({});
});
afterAll(async () => {
  await intake.stop();
});

const client = (): RawClient => new RawClient(intake.service.httpUrl);

/** Nothing may be left of what was done: no socket, no event, and no word in the log. */
async function leavesNothing(work: () => Promise<void>): Promise<void> {
  const [sockets, events, lines] = [openSockets(), await intake.accepted(), linesAboutClients().length];
  await work();
  await expect.poll(openSockets, { timeout: 10_000 }).toBeLessThanOrEqual(sockets);
  expect(await intake.accepted()).toBe(events);
  expect(linesAboutClients().slice(lines)).toEqual([]);
}

/** The other services of the zone are not there, which is said, too. */
function linesAboutClients(): string[] {
  return intake.log.filter((line) => !line.includes('"message":"reading the bus failed"'));
}

describe('a slow client', () => {
  it.each<[string, string]>([
    ['of headers alone', 'x-a: b\r\n'],
    ['of a body that never comes', `content-length: ${GOOD.length}\r\n\r\n`],
    ['of half a body', `content-length: ${GOOD.length}\r\n\r\n${GOOD.slice(0, 100)}`],
    ['of a chunk that never ends', `transfer-encoding: chunked\r\n\r\nff\r\n{`],
  ])('%s is told 408 at the deadline, and others are served meanwhile', async (_what, rest) => {
    await leavesNothing(async () => {
      const slow = Array.from({ length: 20 }, client);
      await Promise.all(slow.map((one) => one.write(headOf(intake) + rest)));
      expect((await intake.get({})).status).toBe(200);
      for (const { answer } of slow) {
        const { head, body } = problemIn(await answer);
        expect(head).toMatch(/^HTTP\/1\.1 408 .*application\/problem\+json/s);
        expect(body).toMatchObject({ type: 'urn:besure:problem:too-slow', status: 408 });
      }
    });
  });

  it('does not win time with a byte now and then', async () => {
    await leavesNothing(async () => {
      const slow = client();
      await slow.write(`${headOf(intake)}content-length: ${GOOD.length}\r\n\r\n`);
      let open = true;
      void slow.answer.then(() => (open = false));
      for (let at = 0; open && at < GOOD.length; at += 1) {
        await slow.write(GOOD.charAt(at)).catch(() => undefined);
        await pause(20);
      }
      expect(problemIn(await slow.answer).head).toMatch(/^HTTP\/1\.1 408 /);
    });
  });

  it('that says nothing at all is let go', async () => {
    await leavesNothing(async () => {
      expect(await client().answer).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
    });
  });
});

describe('a client that is not let in', () => {
  const head = 'POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

  it.each<[string, string, number, string]>([
    ['nobody', '', 401, 'unauthenticated'],
    ['a stranger', `authorization: Bearer ${newToken()}\r\n`, 401, 'unauthenticated'],
    ['a reader', `authorization: Bearer ${reader}\r\n`, 403, 'forbidden'],
  ])('%s is told so before the body comes', async (_who, authorization, status, code) => {
    await leavesNothing(async () => {
      const one = client();
      await one.write(`${head}${authorization}content-length: 1000\r\n\r\n`);
      const { head: said, body } = problemIn(await one.answer);
      expect(said).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(body).toMatchObject({ type: `urn:besure:problem:${code}`, status });
    });
  });
});

describe('a connection that is cut', () => {
  it('in the body leaves nothing', async () => {
    await leavesNothing(async () => {
      const cut = Array.from({ length: 50 }, client);
      await Promise.all(
        cut.map(async (one, at) => {
          await one.write(
            `${headOf(intake)}content-length: ${GOOD.length}\r\n\r\n${GOOD.slice(0, 10 * (at + 1))}`,
          );
          if (at % 2 === 0) one.socket.resetAndDestroy();
          else one.socket.end();
          await one.answer;
        }),
      );
    });
    expect((await intake.post(JSON.stringify(sentEvent({ id: 'after' }, { message: 'after' })))).status).toBe(
      202,
    );
  });

  it('that is no HTTP is told so', async () => {
    await leavesNothing(async () => {
      const other = client();
      await other.write('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03');
      const { head, body } = problemIn(await other.answer);
      expect(head).toMatch(/^HTTP\/1\.1 400 /);
      expect(body['type']).toBe('urn:besure:problem:malformed');
    });
  });
});

describe('a body that is too large', () => {
  /** Sends all of it before it reads, as simple clients do. */
  async function sendAll(head: string, parts: readonly string[]): Promise<string> {
    const one = client();
    one.socket.pause();
    await one.write(head);
    for (const part of parts) await one.write(part);
    one.socket.resume();
    return one.answer;
  }

  const tenMegabytes = Array.from({ length: 10 }, () => ' '.repeat(MEGABYTE));

  it.each<[string, string, readonly string[]]>([
    ['announced', `content-length: ${10 * MEGABYTE}\r\n\r\n`, tenMegabytes],
    [
      'in chunks',
      'transfer-encoding: chunked\r\n\r\n',
      [...tenMegabytes.map((part) => `100000\r\n${part}\r\n`), '0\r\n\r\n'],
    ],
  ])('%s: 10 MB are answered with 413, which the client reads', async (_what, rest, parts) => {
    await leavesNothing(async () => {
      const { head, body } = problemIn(await sendAll(headOf(intake) + rest, parts));
      expect(head).toMatch(/^HTTP\/1\.1 413 .*connection: close/s);
      expect(body).toMatchObject({ type: 'urn:besure:problem:too-large', status: 413 });
    });
  });

  it('is answered before it is sent', async () => {
    await leavesNothing(async () => {
      const one = client();
      await one.write(`${headOf(intake)}content-length: 1000000000\r\n\r\n[`);
      await new Promise((resolve) => one.socket.once('data', resolve));
      one.socket.end();
      expect(problemIn(await one.answer).head).toMatch(/^HTTP\/1\.1 413 /);
    });
  });

  it('without end is read for a while, not for ever, and in no memory', async () => {
    await leavesNothing(async () => {
      const one = client();
      await one.write(`${headOf(intake)}transfer-encoding: chunked\r\n\r\n`);
      const chunk = `100000\r\n${' '.repeat(MEGABYTE)}\r\n`;
      const before = process.memoryUsage().rss;
      let sent = 0;
      while (!one.socket.destroyed && sent < 200) {
        sent += 1;
        await one.write(chunk).catch(() => one.socket.destroy());
      }
      expect(sent).toBeLessThan(40);
      expect(process.memoryUsage().rss - before).toBeLessThan(64 * MEGABYTE);
      await one.answer;
    });
  });

  it('compressed is not even unpacked', async () => {
    const bomb = gzipSync(' '.repeat(50 * MEGABYTE));
    for (const coding of ['gzip', 'br', 'deflate', 'gzip, identity']) {
      expect(await intake.post(new Uint8Array(bomb), { 'content-encoding': coding })).toMatchObject({
        status: 415,
        body: { type: 'urn:besure:problem:unsupported-media-type', field: 'content-encoding' },
      });
    }
    const plain = JSON.stringify(sentEvent({ id: 'plain' }, { message: 'plain' }));
    expect((await intake.post(plain, { 'content-encoding': 'identity' })).status).toBe(202);
  });
});
