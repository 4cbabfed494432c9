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

describe('what is no event', () => {
  it.each<[string, string, string, string]>([
    ['deep nesting', altered('"size":1', `"size":1,"x":${nested}`), 'data.document.x.0', 'deeper'],
    ['deep nesting of all', nested, '0.0', 'deeper'],
    ['a direction mark', altered('message-1', 'message\u202e1'), 'data.message', 'readable'],
    ['a size in a text', altered('"size":1', '"size":"1"'), 'data.document.size', 'whole number'],
    ['a missing member', altered('"message":"message-1",', ''), 'data.message', 'text'],
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
