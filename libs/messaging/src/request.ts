import { atFaultPoint } from '@besure/fault-points';
import type { Bus } from './bus.js';
import { MessagingError } from './error.js';
import { fromNats, unanswered } from './nats-errors.js';

/** A value that JSON can hold; what is undefined is left out. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

/** The members of a good answer. What they mean is checked by who asked: the other side may be hostile. */
export type Reply = Readonly<Record<string, unknown>> & { readonly ok: true };

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** JSON text in UTF-8. */
export function encodeJson(value: Json): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** The reverse of `encodeJson`; throws `MessagingError` 'malformed'. */
export function decodeJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(data));
  } catch {
    throw new MessagingError('malformed', 'not JSON in UTF-8');
  }
}

/** A JSON object, not a list and not null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function codeOf(reply: Readonly<Record<string, unknown>>): string {
  const { code } = reply;
  return typeof code === 'string' && /^[a-z0-9-]{1,64}$/.test(code) ? code : 'unknown';
}

function readReply(subject: string, data: Uint8Array): Reply {
  const reply = decodeJson(data);
  if (!isObject(reply) || typeof reply['ok'] !== 'boolean') {
    throw new MessagingError('malformed', `the answer on ${subject} is not {ok: ...}`);
  }
  if (reply['ok']) return reply as Reply;
  const refusal = codeOf(reply);
  if (refusal === 'busy') throw new MessagingError('busy', `${subject} has too much to do`);
  // The other side's text is not passed on: it would end in our logs.
  throw new MessagingError('refused', `${subject} refused: ${refusal}`, { refusal });
}

/**
 * Asks and waits for the answer `{ok: true, ...}`. One deadline for everything, also for a connection that is being made.
 * After 'timeout' it is unknown whether the request was handled: send the same again, requests are idempotent by id.
 */
export async function request(
  bus: Bus,
  subject: string,
  payload: Json,
  options: { readonly timeoutMillis: number; readonly signal?: AbortSignal },
): Promise<Reply> {
  const end = performance.now() + options.timeoutMillis;
  const connection = await bus.waitForConnection(options.timeoutMillis, options.signal);
  const timeout = Math.max(Math.ceil(end - performance.now()), 1);
  const data = encodeJson(payload);
  const largest = connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
  if (data.length > largest) throw new MessagingError('too-large', `${data.length} bytes for ${subject}`);
  const point = { adapter: 'request', at: bus.name, target: subject, marks: [], lost: unanswered } as const;
  let answer: Uint8Array;
  try {
    answer = (await atFaultPoint(point, () => connection.request(subject, data, { timeout }))).data;
  } catch (error) {
    // A closed connection cancels its requests with 'timeout', which is true: the outcome is unknown.
    throw fromNats(error, `request on ${subject}`);
  }
  return readReply(subject, answer);
}
