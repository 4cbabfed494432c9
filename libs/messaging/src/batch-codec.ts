import type { EventBatch, JsonValue, StoredEvent } from '@besure/event-store';
import { MessagingError } from './error.js';
import { isObject, type Json } from './request.js';

/** One message of the pipe: `{v: 1, from, to, events}`, attachments in base64. */
export function batchToJson(batch: EventBatch): Json {
  return {
    v: 1,
    from: batch.from,
    to: batch.to,
    events: batch.events.map((event) => ({
      position: event.position,
      stream: event.stream,
      version: event.version,
      type: event.type,
      data: event.data,
      attachment: event.attachment === null ? null : Buffer.from(event.attachment).toString('base64'),
      recordedAt: event.recordedAt,
    })),
  };
}

function malformed(): never {
  throw new MessagingError('malformed', 'not a batch of events');
}

function whole(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : malformed();
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : malformed();
}

function attachmentOf(value: unknown, wanted: boolean): Uint8Array | null {
  if (value === null) return null;
  const encoded = text(value);
  if (!wanted) return null;
  const bytes = Buffer.from(encoded, 'base64');
  // Lengths agree only when nothing was skipped: cheaper than encoding again.
  if (encoded.length !== Math.ceil(bytes.length / 3) * 4) malformed();
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function eventOf(value: unknown, attachments: boolean): StoredEvent {
  if (!isObject(value) || !('data' in value)) return malformed();
  return {
    position: whole(value['position']),
    stream: text(value['stream']),
    version: whole(value['version']),
    type: text(value['type']),
    data: value['data'] as JsonValue,
    attachment: attachmentOf(value['attachment'], attachments),
    recordedAt: text(value['recordedAt']),
  };
}

/** The reverse of `batchToJson`, attachments only where they are wanted; throws `MessagingError` 'malformed'. */
export function batchFromJson(value: unknown, attachments = true): EventBatch {
  if (!isObject(value) || value['v'] !== 1 || !Array.isArray(value['events'])) return malformed();
  const from = whole(value['from']);
  const to = whole(value['to']);
  const events = value['events'].map((event) => eventOf(event, attachments));
  if (to !== from + events.length - 1 || events.some((event, index) => event.position !== from + index))
    malformed();
  return { from, to, events };
}
