import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventBatch, type EventBatch, type StoredEvent } from '@besure/event-store';
import { batchFromJson, batchToJson, decodeBatch, encodeBatch } from './batch-codec.js';
import { decodeJson, encodeJson } from './request.js';

const event: fc.Arbitrary<Omit<StoredEvent, 'position'>> = fc.record({
  stream: fc.string(),
  version: fc.nat(),
  type: fc.string(),
  // as JSON has it: without the -0 that the generator likes
  data: fc.json().map((text) => JSON.parse(JSON.stringify(JSON.parse(text))) as StoredEvent['data']),
  attachment: fc.option(fc.uint8Array({ maxLength: 50 })),
  recordedAt: fc.string(),
});
const batch: fc.Arbitrary<EventBatch> = fc
  .tuple(fc.nat(), fc.array(event, { maxLength: 5 }))
  .map(([after, events]) =>
    eventBatch(
      after,
      events.map((each, index) => ({ ...each, position: after + 1 + index })),
    ),
  );

const sample = batchToJson(
  eventBatch(4, [
    {
      position: 5,
      stream: 's',
      version: 1,
      type: 'T',
      data: {},
      attachment: Uint8Array.of(1, 2),
      recordedAt: 't',
    },
    { position: 6, stream: 's', version: 2, type: 'T', data: null, attachment: null, recordedAt: 't' },
  ]),
) as { v: number; from: number; to: number; events: Record<string, unknown>[] };

const change = (index: number, member: string, value: unknown): object => ({
  ...sample,
  events: sample.events.map((each, at) => (at === index ? { ...each, [member]: value } : each)),
});

/** Without the class of Node's buffers, which `toEqual` would tell apart. */
function plain(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}

describe('batches', () => {
  test('come back as they went', () => {
    fc.assert(
      fc.property(batch, (sent) => {
        const received = batchFromJson(decodeJson(encodeJson(batchToJson(sent))));
        expect(received).toEqual(sent);
      }),
    );
  });

  test('come without what is attached to them where nobody wants it: it is not decoded', () => {
    const received = batchFromJson(change(0, 'attachment', 'no base64'), false);
    expect(received.events.map(({ attachment }) => attachment)).toEqual([null, null]);
    expect(() => batchFromJson(change(0, 'attachment', 'no base64'))).toThrow('not a batch');
    expect(() => batchFromJson(change(0, 'attachment', 1), false)).toThrow('not a batch');
    fc.assert(
      fc.property(batch, (sent) => {
        const events = sent.events.map((each) => ({ ...each, attachment: null }));
        expect(batchFromJson(batchToJson(sent), false)).toEqual({ ...sent, events });
      }),
    );
  });

  test.each([
    ['nothing', null],
    ['a list', []],
    ['another version', { ...sample, v: 2 }],
    ['no events', { ...sample, events: {} }],
    ['an end that does not fit', { ...sample, to: 7 }],
    ['a start that does not fit', { ...sample, from: 4, to: 5 }],
    ['a hole', change(1, 'position', 7)],
    ['a position that is no number', change(0, 'position', '5')],
    ['a negative version', change(0, 'version', -1)],
    ['a type that is no text', change(0, 'type', 1)],
    ['an attachment that is no base64', change(0, 'attachment', 'A*==')],
    ['an attachment without padding', change(0, 'attachment', 'AQI')],
    ['no data', change(0, 'data', undefined)],
  ])('refuses %s', (_name, value) => {
    expect(() => batchFromJson(JSON.parse(JSON.stringify(value)))).toThrow(
      expect.objectContaining({ code: 'malformed' }),
    );
  });

  test('come back as they went through the pipe, with what is attached or without', () => {
    fc.assert(
      fc.property(batch, (sent) => {
        expect(decodeBatch(plain(encodeBatch(sent)))).toEqual(sent);
        const events = sent.events.map((each) => ({ ...each, attachment: null }));
        expect(decodeBatch(encodeBatch(sent), false)).toEqual({ ...sent, events });
      }),
    );
  });

  test('of before are JSON, and are read as well', () => {
    fc.assert(
      fc.property(batch, (sent) => {
        expect(decodeBatch(encodeJson(batchToJson(sent)))).toEqual(sent);
      }),
    );
  });

  test('are refused unless every byte of a message has its place', () => {
    fc.assert(
      fc.property(batch, fc.nat(), (sent, place) => {
        const message = plain(encodeBatch(sent));
        const cut = message.subarray(0, place % message.length);
        const refusal = expect.objectContaining({ code: 'malformed' }) as Error;
        expect(() => decodeBatch(cut)).toThrow(refusal);
        expect(() => decodeBatch(cut, false)).toThrow(refusal);
        expect(() => decodeBatch(Uint8Array.from([...message, 0]))).toThrow(refusal);
        expect(() => decodeBatch(Uint8Array.from([3, ...message.subarray(1)]))).toThrow(refusal);
      }),
    );
  });

  test('refuses what is not JSON in UTF-8', () => {
    expect(() => decodeJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(
      expect.objectContaining({ code: 'malformed' }),
    );
    expect(() => decodeJson(new Uint8Array())).toThrow(expect.objectContaining({ code: 'malformed' }));
  });
});
