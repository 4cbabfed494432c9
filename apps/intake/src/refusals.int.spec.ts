import { readFileSync } from 'node:fs';
import { documentOf, newToken } from '@besure/service';
import { waitUntil } from '@besure/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntakeAtWork, sentEvent, writeTokens } from '../contract/intake-at-work.js';
import { RawClient, headOf, problemIn } from '../contract/raw-client.js';
import { intakeApi } from './api.js';

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly field: string;
  readonly rule: string;
}

/** The table of the README. */
const table: Refusal[] = readFileSync(`${import.meta.dirname}/../README.md`, 'utf8')
  .split('\n')
  .filter((line) => /^\| [45]\d\d /.test(line))
  .map((line) => {
    const [, status = '', code = '', field = '', rule = ''] = line
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', ''));
    return { status: Number(status), code, field, rule };
  });
/** Fields that stand for others in the table. */
const ANY_FIELD = ['parameter', 'member'];
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
const [reader, narrow, slow] = [newToken(), newToken(), newToken()];
const seen = new Set<Refusal>();
let intake: IntakeAtWork;
let full: IntakeAtWork;

beforeAll(async () => {
  [intake, full] = await Promise.all([
    IntakeAtWork.start({ requestMillis: 500 }),
    IntakeAtWork.start({ minFreeBytes: Number.MAX_SAFE_INTEGER }),
  ]);
  writeTokens(intake.config.tokensFile, [
    { token: intake.token },
    { token: reader, scopes: ['events:read'] },
    { token: narrow, sources: ['/narrow'] },
    { token: slow, eventsPerSecond: 1 },
  ]);
  await waitUntil({ what: 'the tokens to be known' }, async () =>
    (await intake.get({}, reader)).status === 200 ? true : undefined,
  );
  await waitUntil({ what: 'the look at the disk' }, async () =>
    (await full.post('{')).status === 503 ? true : undefined,
  );
  expect((await intake.post(event({ id: 'first' }))).status).toBe(202);
});
afterAll(() => Promise.all([intake.stop(), full.stop()]));

const time = new Date(Date.now() - 1000).toISOString();

function event(change: Record<string, unknown> = {}, data: Record<string, unknown> = {}): string {
  return JSON.stringify(sentEvent({ time, ...change }, data));
}

async function raw(text: string): Promise<Readonly<Record<string, unknown>>> {
  const client = new RawClient(intake.service.httpUrl);
  await client.write(text);
  return problemIn(await client.answer).body;
}

const seconds = (millis: number): string => new Date(Date.now() + millis).toISOString();
const stranger = { scheme: 'person', id: '1', organisation: 'gamma' };
const headers = (change: object): Record<string, string> => ({ 'content-type': 'text/plain', ...change });

/** Everything that is refused, in the order of the table. */
const provoked: [string, () => Promise<object>][] = [
  ['no JSON', () => intake.post('{')],
  ['no UTF-8', () => intake.post(new Uint8Array([0xff]))],
  ['no batch', () => intake.post('{}', BATCH)],
  ['an empty batch', () => intake.post('[]', BATCH)],
  ['no HTTP', () => raw('\x16\x03\x01\r\n\r\n')],
  ['half a question', () => intake.get({ id: '1' })],
  ['a look-up that breaks a rule', () => intake.get({ limit: '0' })],
  ['a stranger', () => intake.post(event(), {}, newToken())],
  ['a reader that writes', () => intake.post(event(), {}, reader)],
  ['a source of others', () => intake.post(event(), {}, narrow)],
  ['a question about others', () => intake.get({ source: '/other', id: '1' }, narrow)],
  ['an event that was never sent', () => intake.get({ source: '/back-office', id: 'never' })],
  ['a slow request', () => raw(`${headOf(intake)}content-length: 10\r\n\r\n`)],
  ['an id with other content', () => intake.post(event({ id: 'first' }, { message: 'other' }))],
  [
    'other facts about the same',
    () => intake.post(event({ id: 'second', time: new Date(Date.now() - 2000).toISOString() })),
  ],
  ['a large body', () => intake.post(' '.repeat(1_100_000))],
  ['a large batch', () => intake.post(`[${'0,'.repeat(500)}0]`, BATCH)],
  ['another type', () => intake.post(event(), headers({}))],
  [
    'another charset',
    () => intake.post(event(), headers({ 'content-type': 'application/json; charset=latin1' })),
  ],
  ['a compressed body', () => intake.post(event(), { 'content-encoding': 'gzip' })],
  ['a member that is unknown', () => intake.post(event({}, { pages: 1 }))],
  ['a member given twice', () => intake.post('{"id":"1","id":"2"}')],
  ['an unknown type', () => intake.post(event({ type: 'be.besure.document.lost.v1' }))],
  ['an unknown sender', () => intake.post(event({ id: 'a' }, { message: 'a', sender: stranger }))],
  ['another one\u2019s event', () => intake.post(event({ id: 'b', type: 'be.besure.document.received.v1' }))],
  ['the future', () => intake.post(event({ id: 'c', time: seconds(400_000) }, { message: 'c' }))],
  ['the past', () => intake.post(event({ id: 'd', time: seconds(-90_000_000) }, { message: 'd' }))],
  ['a batch with nothing good', () => intake.post('[{},1]', BATCH)],
  [
    'too many events',
    async () => {
      await intake.post(`[${'{},'.repeat(499)}{}]`, BATCH, slow);
      return intake.post(`[${'{},'.repeat(499)}{}]`, BATCH, slow);
    },
  ],
  ['headers without end', () => raw(`GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`)],
  ['a disk that is nearly full', () => full.post(event())],
];

describe('the table of refusals in the README', () => {
  it.each(provoked)('has %s', async (_what, provoke) => {
    const answer = await provoke();
    const problem = ('body' in answer ? answer.body : answer) as Readonly<Record<string, unknown>>;
    const row = table.find((one) => describes(one, problem));
    expect(row, JSON.stringify(problem)).toBeDefined();
    seen.add(row!);
  });

  it('has nothing else, but for faults of ours', () => {
    const others = table.filter((row) => !seen.has(row)).map(({ code }) => code);
    expect(others).toEqual(['internal']);
  });

  it('has the codes of the description, and those that come before a request is one', () => {
    const document = documentOf(intakeApi);
    const { post, get } = document.paths!['/v1/events']!;
    const described = [post, get].flatMap((operation) =>
      Object.entries(operation!.responses!).flatMap(([status, response]) =>
        [...JSON.stringify(response).matchAll(/urn:besure:problem:([a-z-]+)/g)].map(
          ([, code]) => `${status} ${code}`,
        ),
      ),
    );
    // Of one event in a batch the answer says the problem of its own, under the status of the batch.
    const own = described.filter(
      (one) => !one.startsWith('202 ') && !/^422 (?:id-reused|already-stated|source-not-allowed)$/.test(one),
    );
    expect([...new Set([...own, '431 headers-too-large'])].toSorted()).toEqual(
      [...new Set(table.map(({ status, code }) => `${status} ${code}`))].toSorted(),
    );
  });
});

function describes(row: Refusal, problem: Readonly<Record<string, unknown>>): boolean {
  const { field = '', rule = '' } = problem as { readonly field?: string; readonly rule?: string };
  const [start = '', end] = row.rule.split('…');
  return (
    problem['type'] === `urn:besure:problem:${row.code}` &&
    problem['status'] === row.status &&
    (row.field === field || (ANY_FIELD.includes(row.field) && field !== '')) &&
    (end === undefined ? rule === start : rule.startsWith(start) && rule.endsWith(end))
  );
}
