import { EVENTS, GENERAL_EVENT_TYPE, cloudEventType, parseCloudEvent } from '@besure/protocol';
import { documentOf } from '@besure/service';
import { ApiContract, ContractError } from '@besure/testing';
import { describe, expect, it } from 'vitest';
import { intakeApi } from './api.js';

const contract = new ApiContract('http://here', documentOf(intakeApi) as unknown as Record<string, unknown>);
const own = cloudEventType('sent');

function event(
  change: Record<string, unknown> = {},
  data: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: 'event-1',
    source: '/back-office',
    type: own,
    time: '2026-02-03T04:05:06Z',
    data: {
      message: 'message-1',
      sender: { scheme: 'person', id: '1', organisation: 'alpha' },
      recipient: { scheme: 'person', id: '2', organisation: 'beta' },
      document: { mediaType: 'text/plain', size: 1, sha256: 'A'.repeat(43), sha3_512: 'A'.repeat(86) },
      ...data,
    },
    ...change,
  };
}

/** As if intake had accepted it: then the description has to allow it. */
function describedAs(sent: unknown): Promise<void> {
  const response = new Response('{"id":"event-1","source":"/back-office","status":"accepted"}', {
    status: 202,
    headers: { 'content-type': 'application/json' },
  });
  const headers = { 'content-type': 'application/cloudevents+json' };
  return contract.check(
    'POST',
    new URL('http://here/v1/events'),
    { headers, body: JSON.stringify(sent) },
    response,
  );
}

const roles = EVENTS.map(({ shortName, uri, ownType, needsReason }): [string, Record<string, unknown>] => [
  shortName,
  event(
    { type: cloudEventType(shortName) },
    { ...(ownType ? {} : { event: uri }), ...(needsReason ? { reason: 'urn:x:y' } : {}) },
  ),
]);

describe('what is read is described', () => {
  it.each<[string, Record<string, unknown>]>([
    ...roles,
    ['the longest identifier', event({ id: 'a'.repeat(256) })],
    ['an identifier beyond the first plane', event({ id: '\u{1F4E8}'.repeat(128) })],
    ['every character of a source', event({ source: "Az09-._~:/?#[]@!$&'()*+,;=%" })],
    ['an offset and nine digits', event({ time: '2026-02-03T04:05:06.123456789+23:59' })],
    ['a content type with its charset', event({ datacontenttype: 'Application/JSON; charset=UTF-8' })],
    ['a subject', event({ subject: 'é' })],
    ['null for what is not there', event({}, { reason: null, corrects: null })],
    [
      'parameters of a media type and the largest size',
      event(
        {},
        {
          document: {
            mediaType: 'application/x-a+b;p="q r"; s=T',
            size: Number.MAX_SAFE_INTEGER,
            sha256: `${'_'.repeat(42)}8`,
            sha3_512: `${'-'.repeat(85)}w`,
          },
        },
      ),
    ],
  ])('%s', async (_what, sent) => {
    expect(parseCloudEvent(sent)).toBeDefined();
    await expect(describedAs(sent)).resolves.toBeUndefined();
  });
});

describe('what is not read is not described', () => {
  it.each<[string, unknown]>([
    ['another type', event({ type: 'be.besure.document.lost.v1' })],
    ['a surplus member', event({ extension: 1 })],
    ['a missing member', event({}, { message: undefined })],
    ['a digest of another length', event({}, { corrects: 'A'.repeat(42) })],
    ['an event beside a type of its own', event({}, { event: EVENTS[9].uri })],
    ['an event that has a type of its own', event({ type: GENERAL_EVENT_TYPE }, { event: EVENTS[0].uri })],
    ['a general event that is not named', event({ type: GENERAL_EVENT_TYPE })],
    ['a moment without offset', event({ time: '2026-02-03T04:05:06' })],
    ['30 February', event({ time: '2026-02-30T04:05:06Z' })],
    ['an identifier that is too long', event({ id: 'a'.repeat(257) })],
    ['a text', 'event'],
  ])('%s', async (_what, sent) => {
    const overTheWire: unknown = JSON.parse(JSON.stringify(sent));
    expect(() => parseCloudEvent(overTheWire)).toThrow();
    await expect(describedAs(sent)).rejects.toThrow(ContractError);
  });
});
