import { pauseAfter, type Backoff } from './backoff.js';
import { WakeUp } from './wake-up.js';

/** What a worker does and how often. */
export interface WorkerOptions {
  /** One round; answers whether there may be more to do at once. Must be able to run again after a crash in its middle. */
  readonly round: () => Promise<boolean>;
  /** How long to rest at most where there was nothing to do and nobody woke it. */
  readonly restMillis: number;
  /** Pauses after failures; default 100 ms to 10 s. */
  readonly backoff?: Backoff;
  /** Called for each failure. The worker goes on. */
  readonly onFailure: (error: unknown, failuresInARow: number) => void;
}

/**
 * Does work that is found by looking for it, in rounds: at once while there is more, else when woken, and now and then anyway. While it
 * fails, being woken does not shorten its pauses.
 */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #wakeUp = new WakeUp();
  #running: Promise<void> | null = null;
  #stopped = false;
  #failures = 0;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Starts in the background, with a round at once. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** There may be something to do. */
  wake(): void {
    this.#wakeUp.raise();
  }

  /** Resolves when the round under way is over and none will follow. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeUp.raise();
    await this.#running;
  }

  /** How many rounds in a row have failed; 0 = it goes on. */
  get failures(): number {
    return this.#failures;
  }

  async #run(): Promise<void> {
    const { round, restMillis, onFailure } = this.#options;
    while (!this.#stopped) {
      try {
        const more = await round();
        this.#failures = 0;
        if (!more && !this.#stopped) await this.#wakeUp.wait(restMillis);
      } catch (error) {
        this.#failures += 1;
        onFailure(error, this.#failures);
        await this.#pause();
      }
    }
  }

  async #pause(): Promise<void> {
    const backoff = this.#options.backoff ?? { firstMillis: 100, largestMillis: 10_000 };
    const end = Date.now() + pauseAfter(backoff, this.#failures);
    for (let left = end - Date.now(); left > 0 && !this.#stopped; left = end - Date.now()) {
      await this.#wakeUp.wait(left);
    }
  }
}
