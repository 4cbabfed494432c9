import { setTimeout as pause } from 'node:timers/promises';
import type { Msg, NatsConnection } from 'nats';
import type { EventBatch, Inlet, InletSubscription } from '@besure/event-store';
import { batchFromJson, decodeBatch } from './batch-codec.js';
import type { Bus } from './bus.js';
import { MessagingError } from './error.js';
import { findSequence } from './find-sequence.js';
import { createReader, streamState } from './jetstream-api.js';
import { pipeNames, positionOf, TO_HEADER, type PipeNames } from './pipe-names.js';
import { INACTIVE_MILLIS, PullReader } from './pull-reader.js';
import { encodeJson, request } from './request.js';

/** Whose events to read, and as whom. */
export interface InletOptions {
  readonly bus: Bus;
  /** The schema whose events are read, e.g. `intake`. */
  readonly source: string;
  /** The name under which progress is told to the owner: the schema that reads. */
  readonly consumer: string;
  /** Whether attachments are decoded; without it they are. What a consumer does not use is null to it. */
  readonly attachments?: boolean;
  /** Deadline of a replay; default 10 s. */
  readonly replayMillis?: number;
  /** Called when the pipe cannot be read at the moment, or holds something that is no batch. Reading goes on. */
  readonly onFailure?: (error: unknown) => void;
}

const FIRST_PAUSE_MILLIS = 100;
const LARGEST_PAUSE_MILLIS = 2000;
/** The last report is sent again once, in case the owner was just starting. */
const REPEAT_MILLIS = 2000;

/** One delivery that is running. */
interface Delivery {
  readonly deliver: (batch: EventBatch) => Promise<void>;
  readonly stopping: AbortController;
  /** The end of the last batch delivered. */
  reached: number;
}

/**
 * Reads one schema's events from JetStream in order. Nothing is kept on the server: after every fault (connection, server,
 * consumer or stream lost) the place is found again by position, with the same code as at the first start.
 */
export class JetStreamInlet implements Inlet {
  readonly #bus: Bus;
  readonly #names: PipeNames;
  readonly #consumer: string;
  readonly #attachments: boolean;
  readonly #replayMillis: number;
  readonly #onFailure: (error: unknown) => void;
  #reported = 0;
  #telling = false;
  readonly #repeat: NodeJS.Timeout;

  constructor(options: InletOptions) {
    this.#bus = options.bus;
    this.#names = pipeNames(options.source);
    this.#consumer = pipeNames(options.consumer).events.split('.')[1] ?? '';
    this.#attachments = options.attachments ?? true;
    this.#replayMillis = options.replayMillis ?? 10_000;
    this.#onFailure = options.onFailure ?? (() => undefined);
    this.#repeat = setTimeout(() => {
      if (this.#telling) this.#report();
    }, REPEAT_MILLIS).unref();
  }

  /** Delivers in the background from now on; connection and stream may come later. */
  async start(after: number, deliver: (batch: EventBatch) => Promise<void>): Promise<InletSubscription> {
    const delivery: Delivery = { deliver, stopping: new AbortController(), reached: after };
    const running = this.#run(delivery);
    return {
      stop: async () => {
        delivery.stopping.abort();
        await running;
      },
    };
  }

  /** Asks the owner; rejects with `MessagingError` when it cannot be asked or does not answer in time. */
  async replay(after: number): Promise<EventBatch> {
    const reply = await request(
      this.#bus,
      this.#names.replay,
      { after },
      { timeoutMillis: this.#replayMillis },
    );
    return batchFromJson(reply['batch'], this.#attachments);
  }

  /** Tells the owner, and again when there is a new connection: a report that was lost would keep the stream from being purged. */
  committed(position: number): void {
    this.#reported = position;
    if (this.#telling) {
      this.#report();
    } else {
      this.#telling = true;
      this.#bus.onConnection(() => {
        this.#report();
        return () => undefined;
      });
    }
    this.#repeat.refresh();
  }

  #report(): void {
    try {
      const subject = `${this.#names.committed}.${this.#consumer}`;
      this.#bus.connection?.publish(subject, encodeJson({ position: this.#reported }));
    } catch {
      // The connection has just closed; the next one gets it.
    }
  }

  async #run(delivery: Delivery): Promise<void> {
    const { signal } = delivery.stopping;
    let failures = 0;
    while (!signal.aborted) {
      const before = delivery.reached;
      try {
        const connection = await this.#bus.waitForConnection(60_000, signal);
        await this.#read(connection, delivery);
      } catch (error) {
        if (!signal.aborted) this.#onFailure(error);
      }
      failures = delivery.reached > before ? 0 : failures + 1;
      const millis = Math.min(FIRST_PAUSE_MILLIS * 2 ** Math.min(failures, 10), LARGEST_PAUSE_MILLIS);
      await pause(millis, undefined, { signal }).catch(() => undefined);
    }
  }

  /** From the place of now until the reader ends. */
  async #read(connection: NatsConnection, delivery: Delivery): Promise<void> {
    const { stream } = this.#names;
    const state = await streamState(connection, stream);
    if (state === null) throw new MessagingError('no-stream', `there is no stream ${stream} yet`);
    const from = await findSequence(connection, stream, state, delivery.reached);
    const consumer = await createReader(connection, stream, from, INACTIVE_MILLIS);
    const reader = new PullReader(connection, stream, consumer, this.#bus.inboxPrefix);
    const end = (): void => {
      reader.end();
    };
    delivery.stopping.signal.addEventListener('abort', end);
    try {
      if (delivery.stopping.signal.aborted) return;
      for (let message = await reader.next(); message !== null; message = await reader.next()) {
        await this.#deliver(message, delivery);
        if (delivery.stopping.signal.aborted) return;
      }
    } finally {
      delivery.stopping.signal.removeEventListener('abort', end);
      reader.end();
    }
  }

  async #deliver(message: Msg, delivery: Delivery): Promise<void> {
    const to = positionOf(message.headers?.get(TO_HEADER));
    if (to !== null && to <= delivery.reached) return; // a double
    let batch: EventBatch;
    try {
      batch = decodeBatch(message.data, this.#attachments);
    } catch (error) {
      // What is no batch is left out: the consumer sees the gap and asks the owner.
      this.#onFailure(error);
      return;
    }
    if (batch.to <= delivery.reached) return;
    try {
      await delivery.deliver(batch);
    } catch {
      delivery.stopping.abort(); // the consumer is being stopped
      return;
    }
    delivery.reached = batch.to;
  }
}
