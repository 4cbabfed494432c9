import { describe, expect, it } from 'vitest';
import { MAX_BATCH_EVENTS, readEventsBody } from './read-body.js';

const many = Array.from({ length: MAX_BATCH_EVENTS + 1 }, () => 0);

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
  ])('takes %s with %.20j as %s', (contentType, body, kind) => {
    expect(readEventsBody(contentType, body).kind).toBe(kind);
  });

  it('passes the events on as they came', () => {
    expect(readEventsBody('application/json', { id: '1' })).toEqual({ kind: 'single', event: { id: '1' } });
    expect(readEventsBody('application/json', [1, 2])).toEqual({ kind: 'batch', events: [1, 2] });
  });
});
