import { headers } from 'nats';
import { atFaultPoint } from '@besure/fault-points';
import { eventBatch, type EventOwner, type Outlet, type StoredEvent } from '@besure/event-store';
import { encodeBatch } from './batch-codec.js';
import type { Bus } from './bus.js';
import { MessagingError } from './error.js';
import { findSequence } from './find-sequence.js';
import {
  createStream,
  JetStreamError,
  messageHeader,
  publishExpecting,
  purgeStream,
  streamState,
  updateStream,
  type StreamState,
} from './jetstream-api.js';
import { unanswered } from './nats-errors.js';
import { FROM_HEADER, pipeNames, positionOf, TO_HEADER, type PipeNames } from './pipe-names.js';
import type { Json } from './request.js';
import { serveOwner } from './serve-owner.js';

/** Settings of the stream, beside what is fixed: file storage, limits retention, discard new. */
export interface OutletOptions {
  readonly bus: Bus;
  /** The schema whose events are published, e.g. `intake`. */
  readonly schema: string;
  /** A full stream refuses and the relay waits; default 1 GiB. */
  readonly maxBytes?: number;
  /** Default 72 hours, the longest that facts may stay on the bus even encrypted. */
  readonly maxAgeMillis?: number;
  /** Copies in a cluster; default 1. */
  readonly replicas?: number;
  /** Deadline of a publish, and of waiting for a connection; default 5 s. */
  readonly timeoutMillis?: number;
  /** Called for a question of a consumer that could not be answered. */
  readonly onFailure?: (error: unknown) => void;
}

const HOURS_72 = 72 * 3600 * 1000;

/** What this outlet knows of the stream: valid while nobody else writes and the stream is not made anew. */
interface Known {
  readonly created: string;
  readonly sequence: number;
  readonly position: number;
}

/**
 * Publishes one schema's events to JetStream. Every publish states the sequence number that it expects to follow, so two
 * relays cannot disorder the stream, a message whose acknowledgement was lost is not doubled, and a stream that was made
 * anew is noticed at the first publish.
 */
export class JetStreamOutlet implements Outlet {
  readonly #bus: Bus;
  readonly #names: PipeNames;
  readonly #config: { name: string } & Record<string, Json>;
  readonly #timeoutMillis: number;
  readonly #onFailure: (error: unknown) => void;
  #known: Known | null = null;
  #purgedBelow = 0;

  constructor(options: OutletOptions) {
    this.#bus = options.bus;
    this.#names = pipeNames(options.schema);
    this.#timeoutMillis = options.timeoutMillis ?? 5000;
    this.#onFailure = options.onFailure ?? (() => undefined);
    this.#config = {
      name: this.#names.stream,
      subjects: [this.#names.events],
      retention: 'limits',
      storage: 'file',
      discard: 'new',
      max_age: (options.maxAgeMillis ?? HOURS_72) * 1_000_000,
      max_bytes: options.maxBytes ?? 1024 ** 3,
      max_msgs: -1,
      max_consumers: -1,
      num_replicas: options.replicas ?? 1,
      allow_direct: true,
      allow_rollup_hdrs: false,
      deny_delete: true, // messages go by age and by purging below a position, never from the middle
    };
  }

  /** Makes the stream where it is missing and adapts its settings; then what it holds last. */
  async lastPublished(): Promise<number> {
    const connection = await this.#bus.waitForConnection(this.#timeoutMillis);
    const state = await this.#ensureStream();
    const known = this.#known;
    if (known !== null && known.created === state.created && known.sequence === state.last)
      return known.position;
    const header =
      state.messages === 0
        ? null
        : await messageHeader(connection, this.#names.stream, state.last, TO_HEADER);
    const position = positionOf(header) ?? 0;
    if (known?.created !== state.created) this.#purgedBelow = 0;
    this.#known = { created: state.created, sequence: state.last, position };
    return position;
  }

  /** Publishes consecutive events as one message; rejects unless the stream has it. */
  async publish(batch: readonly StoredEvent[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    if (this.#known === null) await this.lastPublished();
    const known = this.#known;
    if (known === null) throw new MessagingError('pipe-moved', 'the stream is not where it was');
    // Whatever happens now, only a good acknowledgement makes it known again.
    this.#known = null;
    const connection = await this.#bus.waitForConnection(this.#timeoutMillis);
    const { from, to, events } = eventBatch(first.position - 1, batch);
    const messageHeaders = headers();
    messageHeaders.set('Nats-Expected-Stream', this.#names.stream);
    messageHeaders.set('Nats-Expected-Last-Sequence', String(known.sequence));
    messageHeaders.set(FROM_HEADER, String(from));
    messageHeaders.set(TO_HEADER, String(to));
    const data = encodeBatch({ from, to, events });
    const message = { subject: this.#names.events, data, headers: messageHeaders };
    const point = {
      adapter: 'publish',
      at: this.#bus.name,
      target: this.#names.stream,
      marks: [],
      lost: unanswered,
    } as const;
    const sequence = await atFaultPoint(point, () =>
      publishExpecting(connection, message, this.#timeoutMillis),
    );
    // An expectation of 0 is not checked by the server: a sequence number that does not follow is.
    if (sequence !== known.sequence + 1)
      throw new MessagingError('pipe-moved', 'the stream is not where it was');
    this.#known = { created: known.created, sequence, position: to };
  }

  /** Purges, but keeps the last message: it holds the position. */
  async purgeBelow(position: number): Promise<void> {
    if (position <= this.#purgedBelow) return;
    const connection = await this.#bus.waitForConnection(this.#timeoutMillis);
    const state = await streamState(connection, this.#names.stream);
    if (state === null) return;
    const found = await findSequence(connection, this.#names.stream, state, position - 1);
    const below = Math.min(found, state.last);
    if (below > state.first) await purgeStream(connection, this.#names.stream, below);
    this.#purgedBelow = position;
  }

  /** Answers `besure.<schema>.replay` and takes `besure.<schema>.committed.<consumer>`, on this connection and all later ones. */
  async serve(owner: EventOwner): Promise<() => Promise<void>> {
    const connection = await this.#bus.waitForConnection(this.#timeoutMillis);
    const end = serveOwner(this.#bus, this.#names, owner, this.#onFailure);
    // From here on questions of others arrive.
    await connection.flush().catch(() => undefined);
    return end;
  }

  async #ensureStream(): Promise<StreamState> {
    const connection = await this.#bus.waitForConnection(this.#timeoutMillis);
    const state = await streamState(connection, this.#names.stream);
    try {
      if (state === null) return await createStream(connection, this.#config);
      return this.#differs(state) ? await updateStream(connection, this.#config) : state;
    } catch (error) {
      if (!(error instanceof JetStreamError)) throw error;
      throw new MessagingError(
        'pipe-mismatch',
        `the stream ${this.#names.stream} cannot be as it should be`,
        { cause: error },
      );
    }
  }

  #differs({ config }: StreamState): boolean {
    return Object.entries(this.#config).some(
      ([name, value]) => JSON.stringify(config[name] ?? false) !== JSON.stringify(value),
    );
  }
}
