import type { NatsConnection } from 'nats';
import { MessagingError } from './error.js';
import { fromNats } from './nats-errors.js';
import { decodeJson, encodeJson, isObject, type Json } from './request.js';

/**
 * The few calls of JetStream's API that the pipe needs, as plain requests: their subjects are what the server's
 * permissions are made of, and a client of another version changes nothing here.
 */

const API_MILLIS = 5000;

/** Codes of JetStream's errors that mean something to us. */
const NOT_FOUND = 404;
const WRONG_LAST_SEQUENCE = 10_071;
const STREAM_FULL = new Set([10_047, 10_077]); // no storage left for the account, or max_bytes with discard new

/** An error that JetStream answered, by its numbers; its text may quote names only. */
export class JetStreamError extends Error {
  override readonly name = 'JetStreamError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: number, description: string) {
    super(description);
    this.status = status;
    this.code = String(code);
  }
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function throwIfError(answer: Readonly<Record<string, unknown>>): void {
  const { error } = answer;
  if (!isObject(error)) return;
  const code = numberOf(error['err_code']);
  if (code === WRONG_LAST_SEQUENCE) throw new MessagingError('pipe-moved', 'the stream is not where it was');
  if (STREAM_FULL.has(code)) throw new MessagingError('pipe-full', 'the stream takes no more');
  throw new JetStreamError(numberOf(error['code']), code, String(error['description']));
}

async function call(
  connection: NatsConnection,
  subject: string,
  body: Json | null,
): Promise<Readonly<Record<string, unknown>>> {
  let data: Uint8Array;
  try {
    const message = await connection.request(subject, body === null ? undefined : encodeJson(body), {
      timeout: API_MILLIS,
    });
    data = message.data;
  } catch (error) {
    throw fromNats(error, subject);
  }
  const answer = decodeJson(data);
  if (!isObject(answer)) throw new MessagingError('malformed', `the answer on ${subject} is not an object`);
  throwIfError(answer);
  return answer;
}

/** What a stream is and holds. */
export interface StreamState {
  /** When it was made: another time is another stream, with sequence numbers of its own. */
  readonly created: string;
  readonly first: number;
  readonly last: number;
  readonly messages: number;
  readonly config: Readonly<Record<string, unknown>>;
}

function stateOf(answer: Readonly<Record<string, unknown>>): StreamState {
  const { state, config, created } = answer;
  if (!isObject(state) || !isObject(config) || typeof created !== 'string') {
    throw new MessagingError('malformed', 'not the state of a stream');
  }
  return {
    created,
    first: numberOf(state['first_seq']),
    last: numberOf(state['last_seq']),
    messages: numberOf(state['messages']),
    config,
  };
}

/** Null when there is no such stream. */
export async function streamState(connection: NatsConnection, stream: string): Promise<StreamState | null> {
  try {
    return stateOf(await call(connection, `$JS.API.STREAM.INFO.${stream}`, null));
  } catch (error) {
    if (error instanceof JetStreamError && error.status === NOT_FOUND) return null;
    throw error;
  }
}

export async function createStream(
  connection: NatsConnection,
  config: { name: string } & Record<string, Json>,
): Promise<StreamState> {
  return stateOf(await call(connection, `$JS.API.STREAM.CREATE.${config.name}`, config));
}

export async function updateStream(
  connection: NatsConnection,
  config: { name: string } & Record<string, Json>,
): Promise<StreamState> {
  return stateOf(await call(connection, `$JS.API.STREAM.UPDATE.${config.name}`, config));
}

/** Removes all messages below a sequence number. */
export async function purgeStream(connection: NatsConnection, stream: string, below: number): Promise<void> {
  await call(connection, `$JS.API.STREAM.PURGE.${stream}`, { seq: below });
}

/** Publishes and waits until the stream has it; returns its sequence number. */
export async function publishExpecting(
  connection: NatsConnection,
  publish: {
    subject: string;
    data: Uint8Array;
    headers: NonNullable<Parameters<NatsConnection['publish']>[2]>['headers'];
  },
  timeout: number,
): Promise<number> {
  let data: Uint8Array;
  try {
    const { headers } = publish;
    const options = headers === undefined ? { timeout } : { timeout, headers };
    data = (await connection.request(publish.subject, publish.data, options)).data;
  } catch (error) {
    throw fromNats(error, `publishing on ${publish.subject}`);
  }
  const answer = decodeJson(data);
  if (!isObject(answer)) throw new MessagingError('malformed', 'not an acknowledgement');
  throwIfError(answer);
  const sequence = numberOf(answer['seq']);
  if (sequence < 1) throw new MessagingError('malformed', 'not an acknowledgement');
  return sequence;
}

/** A header of the message at a sequence number; null when there is no such message or header. */
export async function messageHeader(
  connection: NatsConnection,
  stream: string,
  sequence: number,
  header: string,
): Promise<string | null> {
  try {
    const message = await connection.request(`$JS.API.DIRECT.GET.${stream}`, encodeJson({ seq: sequence }), {
      timeout: API_MILLIS,
    });
    const value = message.headers?.code === NOT_FOUND ? '' : message.headers?.get(header);
    return value === undefined || value === '' ? null : value;
  } catch (error) {
    throw fromNats(error, `reading message ${sequence} of ${stream}`);
  }
}

/** Makes a consumer that reads in order from a sequence number and vanishes by itself; returns its name. */
export async function createReader(
  connection: NatsConnection,
  stream: string,
  from: number,
  inactiveMillis: number,
): Promise<string> {
  const answer = await call(connection, `$JS.API.CONSUMER.CREATE.${stream}`, {
    stream_name: stream,
    config: {
      deliver_policy: 'by_start_sequence',
      opt_start_seq: from,
      ack_policy: 'none',
      replay_policy: 'instant',
      max_deliver: 1,
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: inactiveMillis * 1_000_000,
    },
  });
  const { name } = answer;
  if (typeof name !== 'string') throw new MessagingError('malformed', 'a consumer without a name');
  return name;
}
