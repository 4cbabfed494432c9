import {
  RpcException,
  Server,
  type CustomTransportStrategy,
  type MessageHandler,
} from '@nestjs/microservices';
import { setTimeout as pause } from 'node:timers/promises';
import { atFaultPoint } from '@besure/fault-points';
import type { Msg, NatsConnection } from 'nats';
import { lastValueFrom, isObservable } from 'rxjs';
import type { Bus } from './bus.js';
import { MessagingError } from './error.js';
import { unanswered } from './nats-errors.js';
import { decodeJson, encodeJson, isObject, type Json } from './request.js';

/** What a `@MessagePattern` handler gets as its first parameter. */
export interface RequestMessage {
  /** The subject asked on; its last token may be the organisation, which the server's permissions vouch for. */
  readonly subject: string;
  /** The parsed JSON; the handler checks it. */
  readonly data: unknown;
}

/** The bodies of refusals: Nest passes on what an exception holds, not the exception. */
const refusals = new WeakSet();

/** Thrown by a handler: the answer becomes `{ok: false, code, message}`. The message says a rule, never contents. */
export class RequestRefused extends RpcException {
  readonly code: string;

  constructor(code: string, message: string) {
    const body = { code, message };
    super(body);
    this.code = code;
    refusals.add(body);
  }
}

/** How requests are taken. */
export interface NatsRequestServerOptions {
  readonly bus: Bus;
  /** Tells servers of one process apart: `@MessagePattern(subject, transportId)`. */
  readonly transportId?: symbol;
  /** Instances with the same name share the requests; default `service`. */
  readonly queue?: string;
  /** Requests handled at the same time; default 16. */
  readonly concurrency?: number;
  /** Requests that may wait; beyond it the answer is `busy`. Default 256. */
  readonly waiting?: number;
  /** Called for each failure that is not a refusal, and for what NATS reports. */
  readonly onFailure?: (error: unknown, subject: string) => void;
}

/** Draining waits for a round trip to the server, which may be gone. */
const DRAIN_MILLIS = 1000;
const BUSY: Json = { ok: false, code: 'busy', message: 'too much to do at the moment' };
const INTERNAL: Json = { ok: false, code: 'internal', message: 'something failed on our side' };
const MALFORMED: Json = { ok: false, code: 'malformed', message: 'the request is not JSON in UTF-8' };

/**
 * Whether an answer may go there. A request names the subject of its answer itself, and the answer goes out with our rights:
 * without this check a stranger could have it sent to a stream, to JetStream's API or to somebody else. On subjects
 * that end in the asking organisation (`....*` in the pattern) it must be that organisation's inbox.
 */
export function mayAnswerTo(pattern: string, subject: string, reply: string): boolean {
  if (!pattern.endsWith('.*')) return /^_INBOX[A-Za-z0-9_-]*\./.test(reply);
  const organisation = subject.slice(subject.lastIndexOf('.') + 1);
  return reply.startsWith(`_INBOX_${organisation}.`);
}

function refusalOf(error: unknown): Json | null {
  const body = error instanceof RequestRefused ? error.getError() : error;
  if (!isObject(body) || !refusals.has(body)) return null;
  return { ok: false, code: String(body['code']), message: String(body['message']) };
}

/** Nest's transport for request/reply over NATS: JSON in, `{ok: true, ...}` or `{ok: false, code, message}` out. */
export class NatsRequestServer extends Server implements CustomTransportStrategy {
  readonly #bus: Bus;
  readonly #queue: string;
  readonly #concurrency: number;
  readonly #most: number;
  readonly #onFailure: (error: unknown, subject: string) => void;
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #end: (() => Promise<void>) | null = null;

  constructor(options: NatsRequestServerOptions) {
    super();
    this.#bus = options.bus;
    this.#queue = options.queue ?? 'service';
    this.#concurrency = options.concurrency ?? 16;
    this.#most = options.waiting ?? 256;
    this.#onFailure = options.onFailure ?? (() => undefined);
    if (options.transportId !== undefined) this.transportId = options.transportId;
  }

  /** Subscribes now and on every later connection; does not wait for the first. */
  listen(callback: () => void): void {
    this.#end = this.#bus.onConnection((connection) => this.#subscribe(connection));
    callback();
  }

  /** Takes no more, and resolves when all that was taken is answered. */
  async close(): Promise<void> {
    const end = this.#end;
    this.#end = null;
    await end?.();
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Nothing to listen to: failures go to `onFailure`. */
  on(): void {}

  /** The bus. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the signature is Nest's
  unwrap<T>(): T {
    return this.#bus as T;
  }

  #subscribe(connection: NatsConnection): () => Promise<void> {
    const subscriptions = [...this.messageHandlers].map(([pattern, handler]) =>
      connection.subscribe(pattern, {
        queue: this.#queue,
        callback: (error, message) => {
          if (error === null) this.#take(pattern, handler, message);
          else this.#onFailure(error, pattern);
        },
      }),
    );
    return async () => {
      // Draining: what the server has already sent us is still taken.
      const drained = Promise.allSettled(subscriptions.map((subscription) => subscription.drain()));
      await Promise.race([drained, pause(DRAIN_MILLIS, undefined, { ref: false })]);
    };
  }

  #take(pattern: string, handler: MessageHandler, message: Msg): void {
    const { reply, subject } = message;
    if (reply === undefined || reply === '' || !mayAnswerTo(pattern, subject, reply)) {
      this.#onFailure(
        new MessagingError('forbidden', `a request on ${subject} wants its answer elsewhere`),
        subject,
      );
      return;
    }
    if (this.#waiting.length >= this.#most) {
      message.respond(encodeJson(BUSY));
      return;
    }
    this.#waiting.push(() => this.#answer(handler, message));
    this.#startNext();
  }

  #startNext(): void {
    if (this.#underWay.size >= this.#concurrency) return;
    const work = this.#waiting.shift();
    if (work === undefined) return;
    const running = work().finally(() => {
      this.#underWay.delete(running);
      this.#startNext();
    });
    this.#underWay.add(running);
  }

  async #answer(handler: MessageHandler, message: Msg): Promise<void> {
    const point = {
      adapter: 'answer',
      at: this.#bus.name,
      target: message.subject,
      marks: [],
      lost: unanswered,
    } as const;
    try {
      const answer = await atFaultPoint(point, () => this.#handle(handler, message));
      message.respond(encodeJson(answer));
    } catch (error) {
      // Too large, or the connection is gone: who asked will notice and ask again.
      this.#onFailure(error, message.subject);
    }
  }

  async #handle(handler: MessageHandler, message: Msg): Promise<Json> {
    let data: unknown;
    try {
      data = decodeJson(message.data);
    } catch {
      return MALFORMED;
    }
    const { subject } = message;
    try {
      const result: unknown = await handler({ subject, data } satisfies RequestMessage);
      const value: unknown = isObservable(result) ? await lastValueFrom(result) : result;
      if (!isObject(value))
        throw new MessagingError('malformed', `the handler of ${subject} answers no object`);
      return { ...(value as { readonly [name: string]: Json }), ok: true };
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== null) return refusal;
      // Nest has logged the error itself; what it passes on is a placeholder.
      const failure =
        error instanceof Error ? error : new MessagingError('failed', `the handler of ${subject} failed`);
      this.#onFailure(failure, subject);
      return INTERNAL;
    }
  }
}
