import { describe, expect, it } from 'vitest';
import type { JsonValue, StoredEvent } from './event.js';
import { countReadable, eventType, parseEventType, upcastEvents, type Upcaster } from './event-version.js';

function stored(type: string, data: JsonValue = {}): StoredEvent {
  return { position: 1, stream: 's', version: 1, type, data, attachment: null, recordedAt: 't' };
}

const nameParts: Upcaster = ({ data, attachment }) => {
  const [first = '', last = ''] = (data as { name: string }).name.split(' ');
  return { data: { first, last }, attachment };
};
const greeting: Upcaster = ({ data, attachment }) => ({
  data: { ...(data as object), greeting: 'none' },
  attachment: attachment === null ? null : attachment.slice(1),
});
const types = { Named: [nameParts, greeting], Happened: [] };

describe('the type of an event', () => {
  it.each([
    ['Happened', 'Happened', 1],
    ['Happened.v1', 'Happened', 1],
    ['Happened.v2', 'Happened', 2],
    ['Happened.v12', 'Happened', 12],
    ['Happened.v0', 'Happened.v0', 1],
    ['Happened.v2x', 'Happened.v2x', 1],
    ['.v2', '.v2', 1],
  ])('%s is %s in version %i', (type, name, version) => {
    expect(parseEventType(type)).toEqual({ name, version });
  });

  it('is written with its version, but for the first', () => {
    expect([1, 2, 3].map((version) => eventType('Happened', version))).toEqual([
      'Happened',
      'Happened.v2',
      'Happened.v3',
    ]);
  });
});

describe('upcasting', () => {
  it('brings each version to the one that is understood, step by step', () => {
    expect(
      upcastEvents(
        [
          stored('Named', { name: 'Ada Lovelace' }),
          stored('Named.v2', { first: 'Grace', last: 'Hopper' }),
          stored('Named.v3', { first: 'Alan', last: 'Turing', greeting: 'hello' }),
        ],
        types,
      ).map(({ type, data }) => [type, data]),
    ).toEqual([
      ['Named', { first: 'Ada', last: 'Lovelace', greeting: 'none' }],
      ['Named', { first: 'Grace', last: 'Hopper', greeting: 'none' }],
      ['Named', { first: 'Alan', last: 'Turing', greeting: 'hello' }],
    ]);
  });

  it('changes content only', () => {
    const event = { ...stored('Named.v2'), position: 7, version: 3, attachment: Uint8Array.of(1, 2) };
    expect(upcastEvents([event], types)).toEqual([
      { ...event, type: 'Named', data: { greeting: 'none' }, attachment: Uint8Array.of(2) },
    ]);
  });

  it('passes over types that are not read, whatever their version, and members that every object has', () => {
    const events = ['Other', 'Other.v9', 'Happened', 'toString', 'constructor.v2'].map((type) =>
      stored(type),
    );
    expect(countReadable(events, types)).toBe(5);
    expect(upcastEvents(events, types)).toEqual([events[2]]);
  });

  it('reads nothing from a version on that is not known yet', () => {
    const events = ['Happened', 'Other.v2', 'Named.v3', 'Happened.v2', 'Happened'];
    const readable = countReadable(
      events.map((type) => stored(type)),
      types,
    );
    expect(readable).toBe(3);
    for (const type of ['Named.v4', `Named.v${'9'.repeat(30)}`]) {
      expect(countReadable([stored(type)], types)).toBe(0);
      expect(() => upcastEvents([stored(type)], types)).toThrow(
        expect.objectContaining({ code: 'unknown-version' }) as Error,
      );
    }
  });
});
