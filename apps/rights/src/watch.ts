import { Worker } from '@besure/event-store';
import type { Charter } from '@besure/governance';
import { differences, type Difference } from './compare.js';
import type { LedgerRights } from './permissions-answer.js';

/** How the ledger's permissions stand against the charter. */
export interface Comparison {
  readonly rights: LedgerRights;
  readonly differences: readonly Difference[];
}

/** What watching needs. */
export interface WatchOptions {
  readonly charter: () => Charter;
  /** Asks the ledger-writer. */
  readonly read: () => Promise<LedgerRights>;
  readonly everyMillis: number;
  /** Called when differences appear that were not there at the last look. */
  readonly onDifferences: (count: number) => void;
  readonly onFailure: (error: unknown, failuresInARow: number) => void;
}

const FRESH_MILLIS = 1_000;

/** Looks again and again, so that what the chain allows without the charter is noticed without anybody asking. */
export class PermissionWatch {
  readonly #options: WatchOptions;
  readonly #worker: Worker;
  #alarms = 0;
  #latest: { readonly at: number; readonly comparison: Promise<Comparison> } | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#worker = new Worker({
      round: async () => {
        await this.compare();
        return false;
      },
      restMillis: options.everyMillis,
      backoff: { firstMillis: 500, largestMillis: Math.max(500, options.everyMillis) },
      onFailure: options.onFailure,
    });
  }

  /** How many differences there were at the last look. */
  get alarms(): number {
    return this.#alarms;
  }

  /** Whether the last look succeeded. */
  get seeing(): boolean {
    return this.#worker.failures === 0;
  }

  /** Starts looking in the background. */
  start(): void {
    this.#worker.start();
  }

  /** Looks at once instead of at the next turn. */
  wake(): void {
    this.#worker.wake();
  }

  /** Stops after the look under way. */
  stop(): Promise<void> {
    return this.#worker.stop();
  }

  /** Looks now, or answers with a look of the last second: anyone may ask, and the node has other work. Rejects where the ledger cannot be asked. */
  compare(): Promise<Comparison> {
    const now = performance.now();
    if (this.#latest === null || now - this.#latest.at >= FRESH_MILLIS) {
      this.#latest = { at: now, comparison: this.#look() };
      this.#latest.comparison.catch(() => {
        this.#latest = null;
      });
    }
    return this.#latest.comparison;
  }

  async #look(): Promise<Comparison> {
    const rights = await this.#options.read();
    const found = differences(this.#options.charter(), rights);
    if (found.length > this.#alarms) this.#options.onDifferences(found.length);
    this.#alarms = found.length;
    return { rights, differences: found };
  }
}
