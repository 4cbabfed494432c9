import type { CloudEvent } from '../back-office.js';
import type { Letter } from './doors.js';

/** The media types under which one event comes. */
export const SINGLE_TYPES = ['application/cloudevents+json', 'application/json'] as const;
export const BATCH_TYPE = 'application/cloudevents-batch+json';

/** One event with its envelope, or a text that should be one. */
export function structured(event: CloudEvent | string | Uint8Array, type: string = SINGLE_TYPES[0]): Letter {
  return { headers: [['content-type', type]], body: bytesOf(event) };
}

/** Events, or texts that should be events, in one array. */
export function batch(events: readonly (CloudEvent | string)[], type: string = BATCH_TYPE): Letter {
  const texts = events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event)));
  return { headers: [['content-type', type]], body: Buffer.from(`[${texts.join(',')}]`) };
}

/** CloudEvents' binary mode: the attributes are headers, the body is the data. */
export function binary({ data, datacontenttype, ...attributes }: CloudEvent): Letter {
  return {
    headers: [
      ['content-type', datacontenttype],
      ...Object.entries(attributes).map(
        ([name, value]) => [`ce-${name}`, encodeURIComponent(value)] as const,
      ),
    ],
    body: bytesOf(JSON.stringify(data)),
  };
}

/** The same event with its members in another order: another text, the same content. */
export function reordered(event: CloudEvent): CloudEvent {
  const turned = <T extends object>(value: T): T =>
    Object.fromEntries(Object.entries(value).toReversed()) as T;
  return turned({ ...event, data: turned({ ...event.data, sender: turned(event.data.sender) }) });
}

/** The letter with further headers. */
export function withHeaders(letter: Letter, ...headers: Letter['headers']): Letter {
  return { ...letter, headers: [...letter.headers, ...headers] };
}

function bytesOf(event: CloudEvent | string | Uint8Array): Uint8Array {
  if (event instanceof Uint8Array) return event;
  return Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
}
