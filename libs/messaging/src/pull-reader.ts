import { createInbox, type Msg, type NatsConnection, type Subscription } from 'nats';
import { encodeJson } from './request.js';

/** How many messages are asked for at once: they wait in memory, each most of a megabyte at worst. */
const BATCH = 16;
const EXPIRES_MILLIS = 30_000;
const HEARTBEAT_MILLIS = 2000;
/**
 * No message and no heartbeat for this long: the consumer is gone, whatever the connection looks like. The server does not answer
 * who asks a consumer that does not exist.
 */
const SILENCE_MILLIS = 2.5 * HEARTBEAT_MILLIS;
/** A consumer that was not asked for so long may be gone: not asked again. Shorter than `INACTIVE_MILLIS`. */
const STALE_MILLIS = 40_000;
/** How long the server keeps a consumer that nobody asks. */
export const INACTIVE_MILLIS = 60_000;

/** Statuses in a message without data. */
const HEARTBEAT = 100;
const NO_MESSAGES = 404;
const REQUEST_ENDED = 408;

/**
 * Reads one consumer's messages in order with a bounded number in memory. Ends, without ever hanging, when the consumer
 * or the connection is gone; who reads then finds its place again with a new one. The client's own consumers are not used: their
 * closing can hang, and they retry where this must notice.
 */
export class PullReader {
  readonly #connection: NatsConnection;
  readonly #subject: string;
  readonly #inbox: string;
  readonly #subscription: Subscription;
  readonly #queue: Msg[] = [];
  readonly #watch: NodeJS.Timeout;
  #asked = 0;
  #heardAt = performance.now();
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(connection: NatsConnection, stream: string, consumer: string, inboxPrefix: string | undefined) {
    this.#connection = connection;
    this.#subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
    this.#inbox = createInbox(inboxPrefix);
    this.#subscription = connection.subscribe(this.#inbox, {
      callback: (error, message) => {
        if (error === null) this.#take(message);
        else this.end();
      },
    });
    this.#watch = setInterval(() => {
      // Only while something is asked for: who is busy handling asks for nothing and hears nothing.
      if (this.#asked > 0 && performance.now() - this.#heardAt > SILENCE_MILLIS) this.end();
    }, HEARTBEAT_MILLIS);
    void connection.closed().then(() => {
      this.end();
    });
  }

  /** The next message; null once the reader has ended. */
  async next(): Promise<Msg | null> {
    for (;;) {
      const message = this.#queue.shift();
      if (message !== undefined) return message;
      if (this.#ended) return null;
      if (this.#asked === 0 && !this.#ask()) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends the reading; a waiting `next` returns null. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue.length = 0;
    clearInterval(this.#watch);
    this.#subscription.unsubscribe();
    this.#wake();
  }

  /** False when there is nobody to ask any more: the reader has ended. */
  #ask(): boolean {
    const now = performance.now();
    const stale = now - this.#heardAt > STALE_MILLIS; // handling took long
    if (stale || this.#connection.isClosed()) {
      this.end();
      return false;
    }
    this.#asked = BATCH;
    this.#heardAt = now;
    const pull = { batch: BATCH, expires: EXPIRES_MILLIS * 1e6, idle_heartbeat: HEARTBEAT_MILLIS * 1e6 };
    this.#connection.publish(this.#subject, encodeJson(pull), { reply: this.#inbox });
    return true;
  }

  #take(message: Msg): void {
    this.#heardAt = performance.now();
    const status = message.subject === this.#inbox ? (message.headers?.code ?? 0) : 0;
    switch (status) {
      case 0:
        this.#asked -= 1;
        this.#queue.push(message);
        break;
      case HEARTBEAT:
        return;
      case NO_MESSAGES:
      case REQUEST_ENDED:
        this.#asked = 0;
        break;
      default: // 409: the consumer was deleted, the server shuts down; 503: nobody knows this consumer
        this.end();
    }
    this.#wake();
  }
}
