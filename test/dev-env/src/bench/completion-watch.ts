import { setTimeout as pause } from 'node:timers/promises';
import type { Network } from '../network.js';
import type { AcknowledgedEvent } from './load.js';

/** A sampled event whose evidence is there. Milliseconds since 1970. */
export interface CompleteEvent {
  readonly organisation: string;
  readonly evidence: string;
  readonly acknowledgedAt: number;
  readonly completeAt: number;
}

const POLL_MILLIS = 250;

/**
 * Asks about sampled events until each is complete: the oldest ones of each organisation only, because they become complete about in their order, so
 * that asking costs next to nothing. When they did is what their service says, not when it was asked.
 */
export class CompletionWatch {
  readonly #network: Network;
  readonly #signal: AbortSignal;
  readonly #open = new Map<string, AcknowledgedEvent[]>();
  readonly #complete: CompleteEvent[] = [];

  constructor(network: Network, signal: AbortSignal) {
    this.#network = network;
    this.#signal = signal;
  }

  /** What is complete so far. */
  get complete(): readonly CompleteEvent[] {
    return this.#complete;
  }

  /** How many sampled events are not known to be complete. */
  get incomplete(): number {
    return [...this.#open.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  /** Watches one more. */
  add(event: AcknowledgedEvent): void {
    const queue = this.#open.get(event.organisation) ?? [];
    queue.push(event);
    this.#open.set(event.organisation, queue);
  }

  /** Goes on asking until `done` holds or `deadline` has passed; answers whether it holds. */
  async until(done: () => boolean, deadline: number): Promise<boolean> {
    while (!done()) {
      if (Date.now() >= deadline) return false;
      await pause(POLL_MILLIS, undefined, { signal: this.#signal });
      for (const queue of this.#open.values()) await this.#ask(queue);
    }
    return true;
  }

  async #ask(queue: AcknowledgedEvent[]): Promise<void> {
    for (let event = queue[0]; event !== undefined; event = queue[0]) {
      const status = await this.#network.backOffice(event.organisation).status(event.source, event.id);
      if (status?.state !== 'complete' || status.evidence === null) return;
      queue.shift();
      this.#complete.push({
        organisation: event.organisation,
        evidence: status.evidence,
        acknowledgedAt: event.acknowledgedAt,
        completeAt: Date.parse(status.at['complete'] ?? ''),
      });
    }
  }
}
