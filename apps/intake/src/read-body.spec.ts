import { describe, expect, it, vi } from 'vitest';
import { type EventsBody, MAX_BATCH_EVENTS, readEventsBody, weightOf } from './read-body.js';

const many = Array.from({ length: MAX_BATCH_EVENTS + 1 }, () => ({ value: 0, fault: null }));

function read(contentType: string, body: unknown, headers: readonly string[] = []): EventsBody {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readEventsBody({ contentType, headers, body: new TextEncoder().encode(text) });
}

describe('readEventsBody', () => {
  it.each([
    ['application/cloudevents+json', {}, 'single'],
    ['application/CloudEvents+JSON; charset=UTF-8', {}, 'single'],
    ['application/json', {}, 'single'],
    ['application/json', null, 'single'],
    // An array is no event: the check of the event says so.
    ['application/cloudevents+json', [], 'single'],
    ['application/cloudevents-batch+json', [1, 2], 'batch'],
    ['application/json; charset=utf-8', [1, 2], 'batch'],
    ['application/json', many.slice(1), 'batch'],
    ['application/cloudevents-batch+json', {}, 'not-a-batch'],
    ['application/cloudevents-batch+json', [], 'empty-batch'],
    ['application/json', [], 'empty-batch'],
    ['application/json', many, 'batch-too-large'],
    ['application/json; charset="UTF-8"', {}, 'single'],
    ['application/json; charset=iso-8859-1', {}, 'not-json-type'],
    ['text/plain', {}, 'not-json-type'],
    ['', {}, 'not-json-type'],
    ['application/json', '', 'not-json'],
    ['application/json', '{"a"', 'not-json'],
  ])('takes %s with %.20j as %s', (contentType, body, kind) => {
    expect(read(contentType, body).kind).toBe(kind);
  });

  it('makes nothing of a batch that is too large: not an object, not a text', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const body = new TextEncoder().encode(`[${'{},'.repeat(300_000)}{}]`);
    for (const contentType of ['application/json', 'application/cloudevents-batch+json']) {
      expect(readEventsBody({ contentType, headers: [], body })).toEqual({ kind: 'batch-too-large' });
    }
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  it('weighs a request by its events, and by its size where that is more than they need', () => {
    const one: EventsBody = { kind: 'single', event: { value: {}, fault: null } };
    expect(weightOf(one, 700)).toBe(1);
    expect(weightOf(one, 1024 * 1024)).toBe(256);
    expect(weightOf({ kind: 'batch', events: many }, 1024 * 1024)).toBe(many.length);
    expect(weightOf({ kind: 'not-json' }, 0)).toBe(1);
    expect(weightOf({ kind: 'not-json' }, 40_960)).toBe(10);
  });

  it('passes the events on as they came', () => {
    expect(read('application/json', { id: '1' })).toEqual({
      kind: 'single',
      event: { value: { id: '1' }, fault: null },
    });
    expect(read('application/json', [1, 2])).toEqual({
      kind: 'batch',
      events: [
        { value: 1, fault: null },
        { value: 2, fault: null },
      ],
    });
  });

  it('names the event of a batch that could be read in more than one way, and its member', () => {
    expect(read('application/json', '[{"id":"1"},{"data":{"x":1,"x":2}}]')).toMatchObject({
      events: [{ fault: null }, { fault: { field: 'data.x', rule: 'must be given once' } }],
    });
  });
});

describe('the binary mode', () => {
  const headers = [
    'Host',
    'x',
    'ce-specversion',
    '1.0',
    'CE-ID',
    'Euro%20%E2%82%AC',
    'ce-source',
    '"/a \\"b"',
  ];

  it('takes attributes from the headers and data from the body', () => {
    expect(read('application/json', { message: 'm' }, headers)).toEqual({
      kind: 'single',
      event: {
        value: {
          specversion: '1.0',
          id: 'Euro €',
          source: '/a "b',
          datacontenttype: 'application/json',
          data: { message: 'm' },
        },
        fault: null,
      },
    });
  });

  it('yields to the structured mode, which its media type names', () => {
    expect(read('application/cloudevents+json', { id: '2' }, headers)).toMatchObject({
      event: { value: { id: '2' } },
    });
  });

  it.each<[string[], string, unknown]>([
    [['ce-id', '1', 'Ce-Id', '1'], 'id', 'must be given once'],
    [['ce-id', '%E2%82'], 'id', expect.stringContaining('percent-encoded')],
    [['ce-id', '%ZZ'], 'id', expect.stringContaining('percent-encoded')],
    [['ce-id', 'caf\u00e9'], 'id', expect.stringContaining('percent-encoded')],
    [['ce-datacontenttype', 'application/json'], 'datacontenttype', expect.any(String)],
  ])('refuses %j', (given, field, rule) => {
    expect(read('application/json', {}, given)).toMatchObject({ event: { fault: { field, rule } } });
  });

  it('names a member of the data', () => {
    expect(read('application/json', '{"a":1,"a":2}', headers)).toMatchObject({
      event: { fault: { field: 'data.a' } },
    });
  });
});
