import { Worker } from '@besure/event-store';
import type { Enacted, Founder } from '../founder.js';
import type { CharterNow } from './charter-now.js';

/** What enacting decisions needs. */
export interface EnactorOptions {
  readonly now: CharterNow;
  readonly founder: Founder;
  /** Whether the node follows the chain, and has the streams. */
  readonly isReady: () => boolean;
  readonly pollMillis: number;
  readonly onEnacted: (version: number, enacted: Enacted) => void;
  readonly onFailure: (error: unknown, failuresInARow: number) => void;
}

/**
 * Gives the chain's own permissions what each decision has changed, once, and what a new hub's node is given once it has shown itself: after a start it looks, and does what is missing. It does not do it again and
 * again: where somebody takes back what was enacted, people must know, and two hubs that correct each other tell nobody.
 */
export class Enactor {
  readonly #options: EnactorOptions;
  readonly #worker: Worker;
  /** The version, and the nodes that were still awaited then. */
  #enacted: string | null = null;

  constructor(options: EnactorOptions) {
    this.#options = options;
    this.#worker = new Worker({
      round: () => this.#round(),
      restMillis: options.pollMillis,
      backoff: { firstMillis: Math.min(100, options.pollMillis), largestMillis: 5_000 },
      onFailure: options.onFailure,
    });
  }

  /** Starts in the background. */
  start(): void {
    this.#worker.start();
  }

  /** A decision may have been taken. */
  wake(): void {
    this.#worker.wake();
  }

  /** Stops after the call under way. */
  stop(): Promise<void> {
    return this.#worker.stop();
  }

  async #round(): Promise<boolean> {
    const { now, founder, isReady, onEnacted } = this.#options;
    const { version, awaited } = now;
    const task = [version, ...awaited].join(' ');
    if (version === null || task === this.#enacted || !isReady()) return false;
    const enacted = await founder.enact();
    this.#enacted = task;
    if (enacted.granted.length + enacted.revoked.length > 0) onEnacted(version, enacted);
    return false;
  }
}
