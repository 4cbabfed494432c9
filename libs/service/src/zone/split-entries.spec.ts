import type { JsonValue, StoredEvent } from '@besure/event-store';
import { encodeAttachment, frame, utf8Encode } from '@besure/protocol';
import { describe, expect, it } from 'vitest';
import { splitEntries } from './split-entries.js';

function stored(data: JsonValue, attachment: Uint8Array | null = null): StoredEvent {
  return { position: 5, stream: 's', version: 2, type: 'T', data, attachment, recordedAt: 't' };
}

describe('splitEntries', () => {
  it('gives each entry an event of its own, with what is attached to it', () => {
    const event = stored({ by: 'alpha', entries: [1, 2] }, encodeAttachment([{ a: 1 }, null]));
    expect(splitEntries(event)).toEqual([
      { ...event, data: { by: 'alpha', entries: [1] }, attachment: encodeAttachment([{ a: 1 }]) },
      { ...event, data: { by: 'alpha', entries: [2] }, attachment: encodeAttachment([null]) },
    ]);
  });

  it('does so with what is attached as bytes', () => {
    const [one, other] = [Uint8Array.of(1), Uint8Array.of(2, 3)];
    const event = stored({ entries: [1, 2] }, frame([one, other]));
    expect(splitEntries(event).map(({ attachment }) => attachment)).toEqual([frame([one]), frame([other])]);
  });

  it('needs no attachment', () => {
    expect(splitEntries(stored({ entries: [1, 2] })).map(({ data }) => data)).toEqual([
      { entries: [1] },
      { entries: [2] },
    ]);
  });

  it.each<[string, StoredEvent]>([
    ['no entries', stored({ slot: 1 })],
    ['entries that are no list', stored({ entries: 'all' })],
    ['no object', stored([1, 2])],
    ['nothing', stored(null)],
    ['fewer members attached than entries', stored({ entries: [1, 2] }, encodeAttachment([1]))],
    ['an attachment that is no list', stored({ entries: [1, 2] }, utf8Encode('{}'))],
    ['an attachment that is no JSON', stored({ entries: [1, 2] }, utf8Encode('['))],
    ['an attachment that is no text', stored({ entries: [1, 2] }, Uint8Array.of(0xff))],
  ])('leaves alone what has %s', (_, event) => {
    expect(splitEntries(event)).toEqual([event]);
  });
});
