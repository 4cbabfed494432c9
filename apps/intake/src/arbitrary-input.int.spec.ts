import { openDataSource } from '@besure/event-store';
import { parseCloudEvent } from '@besure/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntakeAtWork, sentEvent } from '../contract/intake-at-work.js';

let intake: IntakeAtWork;
const accepted = new Set<string>();

beforeAll(async () => {
  intake = await IntakeAtWork.start({ maxEventsPerSecond: 1_000_000 });
});
afterAll(() => intake.stop());

const mediaType = fc.constantFrom(
  'application/json',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
);

const good = fc
  .record({ id: fc.nat(40), message: fc.nat(40) })
  .map(({ id, message }) =>
    JSON.stringify(sentEvent({ id: `event-${id}` }, { message: `message-${message}` })),
  );

/** A good event in which something else stands in one place. */
const damaged = fc
  .tuple(
    good,
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(8),
    fc.oneof(fc.json(), fc.string(), fc.constantFrom('"', '{', '\\u0000', ',', '1e9')),
  )
  .map(([text, place, length, other]) => {
    const at = Math.floor(place * text.length);
    return text.slice(0, at) + other + text.slice(at + length);
  });

/** A good event of which one member has another value. */
const wrong = fc
  .tuple(
    good,
    fc.constantFrom(
      'specversion',
      'id',
      'source',
      'type',
      'time',
      'data',
      'message',
      'sender',
      'recipient',
      'document',
      'size',
      'organisation',
    ),
    fc.jsonValue({ depthSize: 'small' }),
  )
  .map(([text, member, value]) =>
    JSON.stringify(JSON.parse(text, (name, old: unknown) => (name === member ? value : old))),
  );

const one = fc.oneof(good, damaged, wrong, fc.json());
const body = fc.oneof(
  one,
  fc.array(one, { maxLength: 6 }).map((events) => `[${events.join(',')}]`),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

/** Events that an answer calls accepted; each has to be one, by the format's own parser. */
function noteAccepted(sent: string | Uint8Array, answer: Readonly<Record<string, unknown>>): void {
  const value: unknown = JSON.parse(typeof sent === 'string' ? sent : Buffer.from(sent).toString());
  const events = Array.isArray(value) ? (value as unknown[]) : [value];
  const results = (answer['results'] ?? [answer]) as readonly Readonly<Record<string, unknown>>[];
  expect(results).toHaveLength(events.length);
  results.forEach(({ status, id, source }, index) => {
    if (status !== 'accepted') return;
    expect(parseCloudEvent(events[index])).toMatchObject({ id, source });
    accepted.add(JSON.stringify([source, id]));
  });
}

describe('whatever is sent', () => {
  it('is answered as described, never with 5xx, and nothing but valid events is kept', async () => {
    await fc.assert(
      fc.asyncProperty(body, mediaType, async (sent, type) => {
        const answer = await intake.post(sent, { 'content-type': type });
        expect(answer.status).toBeLessThan(500);
        if (answer.status === 202) noteAccepted(sent, answer.body);
      }),
      { numRuns: 400, endOnFailure: true },
    );
    expect(accepted.size).toBeGreaterThan(10);
    expect(await keptRequests()).toBe(accepted.size);
    expect(await intake.accepted()).toBeLessThanOrEqual(accepted.size);
    expect(intake.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  it('and in whatever headers, in binary mode', async () => {
    const value = fc.string({
      unit: fc
        .integer({ min: 0x20, max: 0xff })
        .filter((code) => code !== 0x7f)
        .map((code) => String.fromCharCode(code)),
      maxLength: 20,
    });
    const name = fc.constantFrom(
      'ce-id',
      'ce-source',
      'ce-type',
      'ce-time',
      'ce-specversion',
      'ce-data',
      'ce-x',
      'ce-constructor',
    );
    await fc.assert(
      fc.asyncProperty(name, value, async (header, text) => {
        const { data, ...attributes } = sentEvent({ id: 'binary' }, { message: 'binary' });
        const headers = Object.fromEntries(
          Object.entries(attributes).map(([key, attribute]) => [`ce-${key}`, String(attribute)]),
        );
        const answer = await intake.post(JSON.stringify(data), {
          ...headers,
          [header]: text,
          'content-type': 'application/json',
        });
        expect([202, 409, 422]).toContain(answer.status);
        if (answer.status === 202) accepted.add(JSON.stringify([answer.body['source'], answer.body['id']]));
      }),
      { numRuns: 150, endOnFailure: true },
    );
    expect(await keptRequests()).toBe(accepted.size);
  });
});

async function keptRequests(): Promise<number> {
  const database = await openDataSource({ url: intake.config.databaseUrl, schema: 'intake' });
  const [row] = await database.query<{ count: string }[]>('SELECT count(*) AS count FROM request');
  await database.destroy();
  return Number(row?.count);
}
