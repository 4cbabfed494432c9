import type { EventBatch, JsonValue, StoredEvent } from '@besure/event-store';
import { MessagingError } from './error.js';
import { decodeJson, encodeJson, isObject, type Json } from './request.js';

/** An answer to who asks for a replay, and once a message of the pipe: `{v: 1, from, to, events}`, attachments in base64. */
export function batchToJson(batch: EventBatch): Json {
  return {
    v: 1,
    ...withoutBytes(batch, (attachment) => Buffer.from(attachment).toString('base64')),
  };
}

/** A batch as JSON, with something in the place of each attachment. */
function withoutBytes(batch: EventBatch, instead: (attachment: Uint8Array) => Json) {
  return {
    from: batch.from,
    to: batch.to,
    events: batch.events.map((event) => ({
      position: event.position,
      stream: event.stream,
      version: event.version,
      type: event.type,
      data: event.data,
      attachment: event.attachment === null ? null : instead(event.attachment),
      recordedAt: event.recordedAt,
    })),
  };
}

/** What a message of the pipe begins with. Those of before are JSON, and begin with a brace. */
const BINARY = 2;
const BRACE = 0x7b;
const HEAD_BYTES = 5;

/**
 * One message of the pipe: 2, the length of a JSON text in four bytes, that text (`{from, to, events}`, in the place of an attachment its length),
 * then all attachments one after the other.
 */
export function encodeBatch(batch: EventBatch): Uint8Array {
  const attachments = batch.events.flatMap(({ attachment }) => (attachment === null ? [] : [attachment]));
  const json = encodeJson(withoutBytes(batch, (attachment) => attachment.length));
  const size = attachments.reduce((sum, { length }) => sum + length, HEAD_BYTES + json.length);
  const message = Buffer.allocUnsafe(size);
  message.writeUInt8(BINARY, 0);
  message.writeUInt32BE(json.length, 1);
  message.set(json, HEAD_BYTES);
  let at = HEAD_BYTES + json.length;
  for (const attachment of attachments) {
    message.set(attachment, at);
    at += attachment.length;
  }
  return message;
}

/** The reverse of `encodeBatch`, also of messages of before; attachments only where they are wanted. Throws `MessagingError` 'malformed'. */
export function decodeBatch(message: Uint8Array, attachments = true): EventBatch {
  if (message[0] === BRACE) return batchFromJson(decodeJson(message), attachments);
  if (message[0] !== BINARY || message.length < HEAD_BYTES) return malformed();
  const length = new DataView(message.buffer, message.byteOffset).getUint32(1);
  let at = HEAD_BYTES + length;
  if (at > message.length) return malformed();
  const batch = readBatch(decodeJson(message.subarray(HEAD_BYTES, at)), (value) => {
    const from = at;
    at += whole(value);
    if (at > message.length) malformed();
    return attachments ? new Uint8Array(message.buffer, message.byteOffset + from, at - from) : null;
  });
  return at === message.length ? batch : malformed();
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
  const encoded = text(value);
  if (!wanted) return null;
  const bytes = Buffer.from(encoded, 'base64');
  // Lengths agree only when nothing was skipped: cheaper than encoding again.
  if (encoded.length !== Math.ceil(bytes.length / 3) * 4) malformed();
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** What stands in the place of an attachment, made into its bytes. */
type ReadAttachment = (value: unknown) => Uint8Array | null;

function eventOf(value: unknown, readAttachment: ReadAttachment): StoredEvent {
  if (!isObject(value) || !('data' in value)) return malformed();
  const { attachment } = value;
  return {
    position: whole(value['position']),
    stream: text(value['stream']),
    version: whole(value['version']),
    type: text(value['type']),
    data: value['data'] as JsonValue,
    attachment: attachment === null ? null : readAttachment(attachment),
    recordedAt: text(value['recordedAt']),
  };
}

function readBatch(value: unknown, readAttachment: ReadAttachment): EventBatch {
  if (!isObject(value) || !Array.isArray(value['events'])) return malformed();
  const from = whole(value['from']);
  const to = whole(value['to']);
  const events = value['events'].map((event) => eventOf(event, readAttachment));
  if (to !== from + events.length - 1 || events.some((event, index) => event.position !== from + index))
    malformed();
  return { from, to, events };
}

/** The reverse of `batchToJson`, attachments only where they are wanted; throws `MessagingError` 'malformed'. */
export function batchFromJson(value: unknown, attachments = true): EventBatch {
  if (!isObject(value) || value['v'] !== 1) return malformed();
  return readBatch(value, (encoded) => attachmentOf(encoded, attachments));
}
