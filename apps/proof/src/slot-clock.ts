import { type Charter, slotAt, slotStartMillis } from '@besure/governance';

/** A little after the end of a slot, so that a timer that fires early does not find it still open. */
const MARGIN_MILLIS = 5;

/**
 * Calls `close` once at the end of each slot, with the number of the slot that is over. Closing waits for nobody; where it takes longer
 * than a slot, the slots between stay missing.
 */
export class SlotClock {
  readonly #charter: Charter;
  readonly #now: () => number;
  readonly #close: (slot: number) => Promise<void>;
  #timer: NodeJS.Timeout | null = null;
  #closing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(charter: Charter, now: () => number, close: (slot: number) => Promise<void>) {
    this.#charter = charter;
    this.#now = now;
    this.#close = close;
  }

  start(): void {
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#closing;
  }

  #schedule(): void {
    if (this.#stopped) return;
    const now = this.#now();
    const { slots } = this.#charter;
    const current = now < slots.startMillis ? slots.base : slotAt(this.#charter, now);
    const end = slotStartMillis(this.#charter, current) + slots.lengthMillis;
    // What is further off than a slot is long is only a clock that was far off: look again.
    this.#timer = setTimeout(
      () => {
        if (this.#now() < end) return this.#schedule();
        this.#closing = this.#close(current).finally(() => {
          this.#schedule();
        });
      },
      Math.min(end - now, slots.lengthMillis) + MARGIN_MILLIS,
    );
  }
}
