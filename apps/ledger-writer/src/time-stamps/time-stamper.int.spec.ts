import type { ServerResponse } from 'node:http';
import { migrate, openDataSource, runTransaction } from '@besure/event-store';
import { LogStore } from '@besure/log-store';
import { formatCheckpoint, parseCheckpoint, utf8Encode } from '@besure/protocol';
import { freshDatabase, waitUntil } from '@besure/testing';
import { startTimeStampServer, type TimeStampServer } from '@besure/testing/time-stamp';
import { verifyTimeStamp } from '@besure/time-stamp';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations, SCHEMA } from '../migrations.js';
import { requestTimeStamp } from './client.js';
import { lastTimeStamp, timeStampsAfter } from './rows.js';
import { TimeStamper, type TimeStamperOptions } from './time-stamper.js';

const ORIGIN = 'test.example/proofs';
const LINE = '\u2014 test.example/proofs AAAAAAA=';
const NEVER = new AbortController().signal;

/** What the server answers instead of the authority, where a test says so. */
let interfere: NonNullable<Parameters<typeof startTimeStampServer>[0]>['interfere'];
let server: TimeStampServer;
let dataSource: DataSource;
let log: LogStore;
let clock: number;
/** How often it was looked at the clock: once in each round. */
let looks: number;
const stampers: TimeStamper[] = [];

beforeAll(async () => {
  server = await startTimeStampServer({ interfere: (query, response) => interfere?.(query, response) });
});

afterAll(() => server.stop());

beforeEach(async () => {
  interfere = undefined;
  clock = Date.now();
  looks = 0;
  const { url } = await freshDatabase();
  await migrate({ url, schema: SCHEMA, migrations });
  dataSource = await openDataSource({ url, schema: SCHEMA });
  log = new LogStore({ schema: SCHEMA, log: 'proofs', origin: ORIGIN });
});

afterEach(async () => {
  await Promise.all(stampers.splice(0).map((stamper) => stamper.stop()));
  await dataSource.destroy();
});

/** Adds leaves, and a checkpoint over them. */
async function grow(...leaves: readonly string[]): Promise<void> {
  await runTransaction(dataSource, async (tx) => {
    const head = await log.append(tx, leaves.map(utf8Encode));
    await log.saveCheckpoint(tx, formatCheckpoint({ origin: ORIGIN, ...head }, [LINE]));
  });
}

const authorities = () => [{ certificate: server.root, from: 0, until: null }];

function begin(options: Partial<TimeStamperOptions> = {}): { failures: string[]; stamper: TimeStamper } {
  const failures: string[] = [];
  const stamper = new TimeStamper({
    dataSource,
    log,
    everySeconds: 3600,
    alarmAfterSeconds: () => 7200,
    request: (message) => requestTimeStamp(server.url, message, authorities(), NEVER),
    now: () => {
      looks += 1;
      return clock;
    },
    pollMillis: 10,
    onStamped: () => undefined,
    onFailure: (error) => failures.push(error instanceof Error ? error.message : String(error)),
    ...options,
  });
  stampers.push(stamper);
  stamper.start();
  return { failures, stamper };
}

/** Waits until it has looked again, more than once. */
async function someLooks(): Promise<void> {
  const until = looks + 3;
  await waitUntil({ what: 'it to look again' }, () => (looks >= until ? true : undefined));
}

async function stamped(size: number): Promise<NonNullable<Awaited<ReturnType<typeof lastTimeStamp>>>> {
  return waitUntil({ what: `a time stamp at size ${size}` }, async () => {
    const last = await lastTimeStamp(dataSource);
    return last?.size === size ? last : undefined;
  });
}

describe('time stamping', () => {
  it('takes the newest checkpoint, and the next one only when the time is over', async () => {
    await grow('a', 'b');
    const before = server.answered();
    const { stamper } = begin();
    const first = await stamped(2);
    const [newest] = await log.newestCheckpoints(dataSource, 1);
    expect(first.checkpoint).toBe(parseCheckpoint(newest!).text);
    const proven = verifyTimeStamp(first.token, utf8Encode(first.checkpoint), authorities());
    expect(proven.time).toBe(first.time);

    await grow('c');
    await grow('d');
    await someLooks();
    await stamper.stop();
    // Another process takes over, and knows when the last one was.
    begin();
    clock += 3_500_000;
    await someLooks();
    expect(server.answered() - before).toBe(1);
    clock += 200_000;
    expect((await stamped(4)).checkpoint).toContain('\n4\n');
    expect(server.answered() - before).toBe(2);
    expect((await timeStampsAfter(dataSource, 0, 10)).map(({ size }) => size)).toEqual([2, 4]);
    expect((await timeStampsAfter(dataSource, 2, 10)).map(({ size }) => size)).toEqual([4]);
  });

  it('asks for nothing where there is no leaf, or no new one', async () => {
    const before = server.answered();
    const { failures } = begin({ everySeconds: 1 });
    await grow('a');
    await stamped(1);
    clock += 100_000;
    await someLooks();
    expect(server.answered() - before).toBe(1);
    expect(failures).toEqual([]);
  });

  it('tries again until the authority answers, and says when it has been away for long', async () => {
    let calls = 0;
    interfere = (_, response) => {
      calls += 1;
      if (calls > 3) return undefined;
      response.writeHead(503).end();
      return undefined;
    };
    await grow('a');
    const { failures, stamper } = begin({ alarmAfterSeconds: () => 60 });
    await waitUntil({ what: 'a failure' }, () => (failures.length > 0 ? true : undefined));
    expect(stamper.isOverdue).toBe(false);
    clock += 60_000;
    expect(stamper.isOverdue).toBe(true);
    await stamped(1);
    await waitUntil({ what: 'the alarm to end' }, () => (stamper.isOverdue ? undefined : true));
    expect(failures).toHaveLength(3);
    expect(failures[0]).toMatch(/answers 503/);
  });

  it('does not start anew when its authority is down at a restart', async () => {
    interfere = (_, response) => void response.writeHead(500).end();
    await grow('a');
    const { failures, stamper } = begin();
    await waitUntil({ what: 'a failure' }, () => (failures.length > 0 ? true : undefined));
    await stamper.stop();
    expect(await lastTimeStamp(dataSource)).toBeNull();
  });
});

describe('an answer of an authority', () => {
  const ask = (url = server.url) => requestTimeStamp(url, utf8Encode('x'), authorities(), NEVER);
  const refusal = (message: RegExp): unknown =>
    expect.objectContaining({
      code: 'time-stamp-unavailable',
      message: expect.stringMatching(message) as string,
    });

  it('is a token when all is well', async () => {
    expect((await ask()).token.length).toBeGreaterThan(500);
  });

  it.each<[string, RegExp, (response: ServerResponse) => Uint8Array | undefined]>([
    ['of another type', /text\/html/, (r) => void r.setHeader('content-type', 'text/html').end('<p>')],
    [
      'that leads elsewhere',
      /does not answer/,
      (r) => void r.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ],
    ['that is too long', /more than/, () => new Uint8Array(100_000)],
    ['that refuses', /gives no token that counts/, () => Buffer.from('30053003020102', 'hex')],
    ['that is cut off', /does not answer/, (r) => void r.destroy()],
    ['of random bytes', /gives no token that counts/, () => Buffer.from('cafe', 'hex')],
  ])('%s is refused', async (_, message, answer) => {
    interfere = (__, response) => answer(response);
    await expect(ask()).rejects.toEqual(refusal(message));
  });

  it('to another request is refused, even of the same text', async () => {
    let kept: Uint8Array | undefined;
    const other = await startTimeStampServer();
    try {
      interfere = async (query) => {
        kept ??= new Uint8Array(await (await post(other.url, query)).arrayBuffer());
        return kept;
      };
      const both = [...authorities(), { certificate: other.root, from: 0, until: null }];
      const askBoth = () => requestTimeStamp(server.url, utf8Encode('x'), both, NEVER);
      expect((await askBoth()).token.length).toBeGreaterThan(500);
      await expect(askBoth()).rejects.toEqual(refusal(/another request/));
      // Of an authority that the charter does not name.
      await expect(ask(other.url)).rejects.toEqual(refusal(/lead to no authority/));
    } finally {
      await other.stop();
    }
  });

  it('does not come from where nobody listens', async () => {
    await expect(ask('http://127.0.0.1:1/')).rejects.toEqual(refusal(/does not answer/));
  });
});

function post(url: string, query: Uint8Array): Promise<Response> {
  return fetch(url, { method: 'POST', body: Buffer.from(query) });
}
