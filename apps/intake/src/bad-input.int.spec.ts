import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntakeAtWork, sentEvent } from '../contract/intake-at-work.js';

const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
const GOOD = JSON.stringify(sentEvent());
let intake: IntakeAtWork;

beforeAll(async () => {
  intake = await IntakeAtWork.start();
});
afterAll(async () => {
  await intake.stop();
});

/** A good event with one text put in place of another. */
function altered(from: string | RegExp, to: string): string {
  const text = GOOD.replace(from, to);
  expect(text).not.toBe(GOOD);
  return text;
}

const nested = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;

describe('what is no JSON, or more than one', () => {
  it.each<[string, string | Uint8Array<ArrayBuffer>]>([
    ['an empty body', ''],
    ['a body that ends early', GOOD.slice(0, -1)],
    ['something after the end', `${GOOD}{}`],
    ['a raw NUL', altered('message-1', 'message\u0000')],
    ['a raw line end in a text', altered('message-1', 'message\n')],
    ['a comment', altered('{', '{/* */')],
    ['NaN', altered('"size":1', '"size":NaN')],
    [
      'UTF-8 cut short',
      Buffer.concat([Buffer.from(GOOD.slice(0, -2)), Buffer.from([0xc3]), Buffer.from('}}')]),
    ],
    ['Latin-1', Buffer.from(altered('message-1', 'caf\u00e9'), 'latin1')],
    ['UTF-16', Buffer.from(GOOD, 'utf16le')],
    ['a surrogate in UTF-8', Buffer.from(altered('message-1', 'caf\u00e9'), 'latin1').fill(0xed, 1, 2)],
  ])('answers 400 to %s', async (_what, body) => {
    const answer = await intake.post(body);
    expect(answer).toMatchObject({ status: 400, body: { type: 'urn:besure:problem:malformed' } });
    expect(answer.body['rule']).toMatch(/^the body is (?:JSON|UTF-8)$/);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it.each<[string, string, string, string]>([
    ['a member given twice', altered('"size":1', '"size":1,"size":2'), 'data.document.size', 'once'],
    ['a member given twice, once escaped', altered('"id"', '"\\u0069d":"x","id"'), 'id', 'once'],
    ['deep nesting', altered('"size":1', `"size":1,"x":${nested}`), 'data.document.x.0', 'deeper'],
    ['deep nesting of all', nested, '0.0', 'deeper'],
    ['half of a surrogate pair', altered('message-1', '\\ud800'), 'data.message', 'surrogate'],
    ['an escaped NUL', altered('message-1', 'message\\u0000'), 'data.message', 'control characters'],
    ['a direction mark', altered('message-1', 'message\u202e1'), 'data.message', 'readable'],
    ['a number beyond a double', altered('"size":1', '"size":1e400'), 'data.document.size', 'number'],
    [
      'a number that is not exact',
      altered('"size":1', '"size":9007199254740993'),
      'data.document.size',
      'number',
    ],
    ['a negative size', altered('"size":1', '"size":-1'), 'data.document.size', 'whole number'],
    ['a size with a fraction', altered('"size":1', '"size":1.5'), 'data.document.size', 'whole number'],
    ['a size in a text', altered('"size":1', '"size":"1"'), 'data.document.size', 'whole number'],
    ['a short digest', altered(/"sha256":"A/, '"sha256":"'), 'data.document.sha256', '43 characters'],
    ['a digest in plain base64', altered(/"sha256":"A/, '"sha256":"+'), 'data.document.sha256', 'base64url'],
    ['a missing member', altered('"message":"message-1",', ''), 'data.message', 'text'],
    [
      'an unknown member',
      altered('"size":1', '"size":1,"colour":"red"'),
      'data.document.colour',
      'not a member',
    ],
    ['an unknown type', altered('document.sent', 'document.lost'), 'type', 'known'],
    ['another version of CloudEvents', altered('"1.0"', '"0.3"'), 'specversion', '1.0'],
    ['data in base64', altered('"data":', '"data_base64":"e30=","data":'), 'data_base64', 'not a member'],
  ])('answers 422 to %s, with field and rule', async (_what, body, field, rule) => {
    const answer = await intake.post(body);
    expect(answer).toMatchObject({ status: 422, body: { type: 'urn:besure:problem:invalid' } });
    expect(`${String(answer.body['field'])}.`).toMatch(new RegExp(`^${field.replaceAll('.', '[.]')}[.]`));
    expect(answer.body['rule']).toContain(rule);
  });

  it('leaves the neighbours in a batch alone, and says which and why', async () => {
    const good = (n: number): string =>
      JSON.stringify(sentEvent({ id: `batch-${n}` }, { message: `batch-${n}` }));
    const before = await intake.accepted();
    const twice = good(2).replace('"size":1', '"size":1,"size":1');
    const deep = good(3).replace('"size":1', `"size":${nested}`);
    const half = good(4).replace('message":"batch', 'message":"\\udfff');
    const answer = await intake.post(`[${[good(1), twice, deep, half, '1e999', good(5)].join(',')}]`, BATCH);
    expect(answer.status).toBe(202);
    expect(answer.body.results).toMatchObject([
      { id: 'batch-1', status: 'accepted' },
      { id: 'batch-2', status: 422, field: 'data.document.size', rule: 'must be given once' },
      { id: 'batch-3', status: 422, field: expect.stringContaining('data.document.size.0') as string },
      { id: 'batch-4', status: 422, field: 'data.message' },
      { id: null, status: 422 },
      { id: 'batch-5', status: 'accepted' },
    ]);
    expect(await intake.accepted()).toBe(before + 2);
  });
});

describe('what is too much, or nothing that is read here', () => {
  it('answers 413 to 10 MB, and to a million events', async () => {
    for (let at = 0; at < 5; at += 1) {
      expect(await intake.post(`"${'x'.repeat(10_000_000)}"`)).toMatchObject({
        status: 413,
        body: { type: 'urn:besure:problem:too-large' },
      });
    }
    const million = `[${'0,'.repeat(999_999)}0]`;
    expect(million.length).toBeGreaterThan(1024 * 1024);
    expect(await intake.post(million, BATCH)).toMatchObject({ status: 413 });
  });

  it.each([BATCH['content-type'], 'application/json', 'application/cloudevents+json'])(
    'refuses half a million events that fit into a body by their number, in no memory: %s',
    async (type) => {
      const body = `[${'0,'.repeat(500_000)}0]`;
      expect(body.length).toBeLessThan(1024 * 1024);
      const before = process.memoryUsage().heapUsed;
      for (let at = 0; at < 20; at += 1) {
        expect(await intake.post(body, { 'content-type': type })).toMatchObject({
          status: 413,
          body: { type: 'urn:besure:problem:too-large', rule: 'at most 500 events in a batch' },
        });
      }
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
    },
  );

  it('answers 415 to other media types', async () => {
    for (const type of [
      'text/plain',
      'application/xml',
      'application/cloudevents+avro',
      'multipart/form-data',
    ]) {
      const answer = await intake.post(GOOD, { 'content-type': type });
      expect(answer).toMatchObject({
        status: 415,
        body: { type: 'urn:besure:problem:unsupported-media-type' },
      });
    }
  });
});

describe('the binary mode of CloudEvents', () => {
  const event = sentEvent({ id: 'binary \u20ac' }, { message: 'binary' });
  const headers = {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': 'binary%20%E2%82%AC',
    'ce-source': '/back-office',
    'ce-type': 'be.besure.document.sent.v1',
    'ce-time': String(event['time']),
  };

  it('is the same event as the structured mode', async () => {
    const answer = await intake.post(JSON.stringify(event.data), headers);
    expect(answer).toMatchObject({ status: 202, body: { id: 'binary \u20ac', status: 'accepted' } });
    const again = await intake.post(JSON.stringify(event));
    expect(again.status).toBe(202);
    expect(again.headers.get('idempotent-replay')).toBe('true');
    const other = await intake.post(JSON.stringify({ ...event.data, message: 'other' }), headers);
    expect(other).toMatchObject({ status: 409, body: { type: 'urn:besure:problem:id-reused' } });
    expect((await intake.get({ source: '/back-office', id: 'binary \u20ac' })).body['state']).toBe(
      'accepted',
    );
  });

  it.each<[string, Record<string, string>, string]>([
    ['an attribute that is missing', { 'ce-type': '' }, 'type'],
    ['an extension', { 'ce-colour': 'red' }, 'colour'],
    ['a broken encoding', { 'ce-id': '%ff' }, 'id'],
  ])('answers 422 to %s', async (_what, change, field) => {
    const answer = await intake.post(JSON.stringify(event.data), { ...headers, ...change });
    expect(answer).toMatchObject({ status: 422, body: { type: 'urn:besure:problem:invalid', field } });
  });
});
