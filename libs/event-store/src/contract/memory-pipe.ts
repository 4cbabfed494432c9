import { eventBatch, type EventBatch, type StoredEvent } from '../event.js';
import type { EventOwner, Inlet, InletSubscription, Outlet } from '../ports.js';

interface Delivery {
  next: number;
  stopped: boolean;
  running: Promise<void> | null;
  readonly deliver: (batch: EventBatch) => Promise<void>;
}

/**
 * Both ends of a pipe in memory, for specs: what the contract asks, and faults on demand. It loses everything with its process, which the
 * ports allow.
 */
export class MemoryPipe implements Outlet {
  /** Called before each publish with its first position; throw to refuse. */
  beforePublish: (from: number) => void = () => {};
  /** Called after each publish that was taken; throw so that the relay cannot know. */
  afterPublish: (from: number) => void = () => {};
  #messages: EventBatch[] = [];
  #last = 0;
  #owner: EventOwner | null = null;
  readonly #deliveries = new Set<Delivery>();

  /** The messages that the pipe holds now. */
  get messages(): readonly EventBatch[] {
    return this.#messages;
  }

  /** Forgets everything, as a server whose disk was lost. */
  wipe(): void {
    this.#messages = [];
    this.#last = 0;
  }

  /** Loses the messages with these first positions: a consumer will see a gap. */
  lose(...from: readonly number[]): void {
    this.#messages = this.#messages.filter((message) => !from.includes(message.from));
  }

  /** @inheritdoc */
  async lastPublished(): Promise<number> {
    return this.#last;
  }

  /** @inheritdoc */
  async publish(batch: readonly StoredEvent[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    this.beforePublish(first.position);
    const message = eventBatch(first.position - 1, batch);
    this.#messages.push(message);
    this.#last = Math.max(this.#last, message.to);
    for (const delivery of this.#deliveries) this.#pump(delivery);
    this.afterPublish(first.position);
  }

  /** @inheritdoc */
  async purgeBelow(position: number): Promise<void> {
    this.#messages = this.#messages.filter((message) => message.to >= position);
  }

  /** @inheritdoc */
  async serve(owner: EventOwner): Promise<() => Promise<void>> {
    this.#owner = owner;
    return async () => {
      this.#owner = null;
    };
  }

  /** The other end, for the consumer of this name. */
  inlet(consumer: string): Inlet {
    return {
      start: async (after, deliver) => this.#start(after, deliver),
      replay: async (after) => {
        if (this.#owner === null) throw new Error('nobody answers for the events');
        return this.#owner.replay(after);
      },
      committed: (position) => {
        void this.#owner?.committed(consumer, position);
      },
    };
  }

  #start(after: number, deliver: (batch: EventBatch) => Promise<void>): InletSubscription {
    const delivery: Delivery = { next: after + 1, stopped: false, running: null, deliver };
    this.#deliveries.add(delivery);
    this.#pump(delivery);
    return {
      stop: async () => {
        delivery.stopped = true;
        this.#deliveries.delete(delivery);
        await delivery.running;
      },
    };
  }

  #pump(delivery: Delivery): void {
    delivery.running ??= this.#run(delivery).finally(() => {
      delivery.running = null;
    });
  }

  async #run(delivery: Delivery): Promise<void> {
    await Promise.resolve();
    for (;;) {
      const message = this.#messages.find((candidate) => candidate.to >= delivery.next);
      if (message === undefined || delivery.stopped) return;
      try {
        await delivery.deliver(message);
      } catch {
        delivery.stopped = true;
        return;
      }
      delivery.next = message.to + 1;
    }
  }
}
