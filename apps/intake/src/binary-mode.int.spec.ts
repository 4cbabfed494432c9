import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntakeAtWork, headersOf, sentEvent } from '../contract/intake-at-work.js';
import { RawClient, headOf, problemIn } from '../contract/raw-client.js';

let intake: IntakeAtWork;
let count = 0;

beforeAll(async () => {
  intake = await IntakeAtWork.start();
});
afterAll(() => intake.stop());

function fresh(): ReturnType<typeof sentEvent> {
  count += 1;
  return sentEvent({ id: `event-${count}` }, { message: `message-${count}` });
}

describe('an event in binary mode', () => {
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
});

describe('the headers of the binary mode', () => {
  it.each([
    ['specversion', '1.0'],
    ['id', 'characters'],
    ['source', 'URI'],
    ['type', 'known'],
    ['time', 'RFC 3339'],
  ])('ce-%s is needed', async (name, rule) => {
    const event = fresh();
    const { [`ce-${name}`]: _, ...headers } = headersOf(event);
    const answer = await intake.post(JSON.stringify(event.data), headers);
    expect(answer).toMatchObject({ status: 422, body: { type: 'urn:besure:problem:invalid', field: name } });
    expect(answer.body['rule']).toContain(rule);
  });

  it.each<[string, string, string]>([
    ['a byte that is no UTF-8', '%ff', 'percent-encoded'],
    ['half an encoding', '%4', 'percent-encoded'],
    ['no encoding', '%zz', 'percent-encoded'],
    ['a character written too long', '%c0%af', 'percent-encoded'],
    ['a surrogate', '%ed%a0%80', 'percent-encoded'],
    ['a letter beyond ASCII as it is', 'caf\u00e9', 'percent-encoded'],
    ['NUL', '%00', 'control'],
    ['nothing', '', 'characters'],
    ['too much', 'x'.repeat(257), 'characters'],
  ])('ce-id holds %s: 422', async (_what, id, rule) => {
    const event = fresh();
    const answer = await intake.post(JSON.stringify(event.data), { ...headersOf(event), 'ce-id': id });
    expect(answer).toMatchObject({ status: 422, body: { type: 'urn:besure:problem:invalid', field: 'id' } });
    expect(answer.body['rule']).toContain(rule);
  });

  it.each<[string, string]>([
    ['plain', 'plain'],
    ['caf%C3%A9%20%f0%9f%93%a8', 'caf\u00e9 \u{1f4e8}'],
    ['"quoted \\"so\\""', 'quoted "so"'],
    ['100%25', '100%'],
    ['%2541', '%41'],
  ])('ce-id %s is %s: decoded once (HTTP binding, 3.1.3.2)', async (sent, id) => {
    const event = fresh();
    const answer = await intake.post(JSON.stringify(event.data), { ...headersOf(event), 'ce-id': sent });
    expect(answer).toMatchObject({ status: 202, body: { id } });
  });

  it.each<[string, Record<string, string>, string]>([
    ['an extension', { 'ce-colour': 'red' }, 'colour'],
    ['the data', { 'ce-data': '1' }, 'data'],
    ['the type of the data', { 'ce-datacontenttype': 'application/json' }, 'datacontenttype'],
  ])('of %s is refused', async (_what, more, field) => {
    const event = fresh();
    const answer = await intake.post(JSON.stringify(event.data), { ...headersOf(event), ...more });
    expect(answer).toMatchObject({ status: 422, body: { type: 'urn:besure:problem:invalid', field } });
  });

  it('given twice are refused, also in different case', async () => {
    const event = fresh();
    const body = JSON.stringify(event.data);
    const headers = Object.entries(headersOf(event)).slice(1);
    const lines = [...headers, ['CE-Id', 'other']].map((header) => header.join(': '));
    const client = new RawClient(intake.service.httpUrl);
    const length = `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
    await client.write(`${headOf(intake, 'application/json')}${lines.join('\r\n')}\r\n${length}${body}`);
    const { head, body: problem } = problemIn(await client.answer);
    expect(head).toMatch(/^HTTP\/1\.1 422 /);
    expect(problem).toMatchObject({ field: 'id', rule: 'must be given once' });
  });
});
