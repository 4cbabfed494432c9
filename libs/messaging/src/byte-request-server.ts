import { setTimeout as pause } from 'node:timers/promises';
import { atFaultPoint } from '@besure/fault-points';
import { type Msg, type NatsConnection, headers as newHeaders } from 'nats';
import type { Bus } from './bus.js';
import { type ReceivedBytes, receivedBytes } from './byte-reply.js';
import { MessagingError } from './error.js';
import { unanswered } from './nats-errors.js';
import { mayAnswerTo } from './nats-request-server.js';

/** A request as it came. */
export interface ByteRequest extends ReceivedBytes {
  /** Asked on; its last part may be who asks, which the server's permissions vouch for. */
  readonly subject: string;
}

/** An answer as it goes out. */
export interface ByteAnswer {
  readonly data: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How requests are taken. */
export interface ByteRequestServerOptions {
  readonly bus: Bus;
  /** Subjects or patterns; on those that end in `.*` answers only go to the inbox of the user named there. */
  readonly subjects: readonly string[];
  /** Answers every request: what it rejects with is a fault of ours, and gets no answer. */
  readonly handle: (request: ByteRequest) => Promise<ByteAnswer>;
  /** The answer where too many requests are under way. */
  readonly busy: ByteAnswer;
  /** Most requests under way; default 64. */
  readonly concurrency?: number;
  /** Instances with the same name share the requests; default `service`. */
  readonly queue?: string;
  readonly onFailure: (error: unknown) => void;
}

/** Draining waits for a round trip to the server, which may be gone. */
const DRAIN_MILLIS = 1000;

/** Request/reply over NATS with bytes in and out, for a subject whose form is not ours: events of back offices. */
export class ByteRequestServer {
  readonly #options: ByteRequestServerOptions;
  readonly #underWay = new Set<Promise<void>>();
  #end: (() => Promise<void>) | null = null;

  constructor(options: ByteRequestServerOptions) {
    this.#options = options;
  }

  /** Subscribes now and on every later connection; does not wait for the first. */
  start(): void {
    this.#end = this.#options.bus.onConnection((connection) => this.#subscribe(connection));
  }

  /** Takes no more, and resolves when all that was taken is answered. */
  async stop(): Promise<void> {
    await this.#end?.();
    this.#end = null;
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #subscribe(connection: NatsConnection): () => Promise<void> {
    const { subjects, queue = 'service', onFailure } = this.#options;
    const subscriptions = subjects.map((pattern) =>
      connection.subscribe(pattern, {
        queue,
        callback: (error, message) => {
          if (error === null) this.#take(pattern, message);
          else onFailure(error);
        },
      }),
    );
    return async () => {
      const drained = Promise.allSettled(subscriptions.map((subscription) => subscription.drain()));
      await Promise.race([drained, pause(DRAIN_MILLIS, undefined, { ref: false })]);
    };
  }

  #take(pattern: string, message: Msg): void {
    const { concurrency = 64, busy, onFailure } = this.#options;
    const { reply, subject } = message;
    if (reply === undefined || !mayAnswerTo(pattern, subject, reply)) {
      onFailure(new MessagingError('forbidden', `a request on ${subject} wants its answer elsewhere`));
      return;
    }
    if (this.#underWay.size >= concurrency) {
      respond(message, busy);
      return;
    }
    const running = this.#answer(message).finally(() => this.#underWay.delete(running));
    this.#underWay.add(running);
  }

  async #answer(message: Msg): Promise<void> {
    const { bus, handle, onFailure } = this.#options;
    const { subject } = message;
    const point = { adapter: 'answer', at: bus.name, target: subject, marks: [], lost: unanswered } as const;
    try {
      respond(message, await atFaultPoint(point, () => handle({ ...receivedBytes(message), subject })));
    } catch (error) {
      // Too large, or the connection is gone: who asked will notice and ask again.
      onFailure(error);
    }
  }
}

function respond(message: Msg, { data, headers = {} }: ByteAnswer): void {
  const sent = newHeaders();
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  message.respond(data, { headers: sent });
}
