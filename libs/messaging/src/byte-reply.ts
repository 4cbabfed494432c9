import { type Msg, headers as newHeaders } from 'nats';
import type { Bus } from './bus.js';
import { MessagingError } from './error.js';
import { fromNats } from './nats-errors.js';

/** Bytes with headers, as they came. */
export interface ReceivedBytes {
  readonly data: Uint8Array;
  /** The value of a header, whatever its case; null where it is not there. */
  header(name: string): string | null;
}

/** Reads a message as bytes with headers. */
export function receivedBytes(message: Msg): ReceivedBytes {
  const header = (name: string): string | null => {
    const found = message.headers?.keys().find((key) => key.toLowerCase() === name);
    return found === undefined ? null : (message.headers?.get(found) ?? null);
  };
  return { data: message.data, header };
}

/**
 * Asks with bytes and waits for the bytes of the answer: the other side of `ByteRequestServer`. One deadline for everything, also for a
 * connection that is being made. After 'timeout' it is unknown whether the request was handled.
 */
export async function requestBytes(
  bus: Bus,
  subject: string,
  { data, headers }: { readonly data: Uint8Array; readonly headers: Readonly<Record<string, string>> },
  options: { readonly timeoutMillis: number },
): Promise<ReceivedBytes> {
  const end = performance.now() + options.timeoutMillis;
  const connection = await bus.waitForConnection(options.timeoutMillis);
  const largest = connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
  if (data.length > largest) throw new MessagingError('too-large', `${data.length} bytes for ${subject}`);
  const sent = newHeaders();
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  const timeout = Math.max(Math.ceil(end - performance.now()), 1);
  try {
    return receivedBytes(await connection.request(subject, data, { timeout, headers: sent }));
  } catch (error) {
    throw fromNats(error, `request on ${subject}`);
  }
}
