import { FsckError, type FsckReport } from '@besure/fsck';
import { waitUntil } from '@besure/testing';
import { fsckNetwork, waitUntilSettled } from '../fsck.js';
import type { Network } from '../network.js';

/** How much evidence of each organisation a check verifies again: each case has verified that of its own events. */
const SAMPLE = 2;
const PATIENCE_MILLIS = 300_000;

/** What is found in the end where nothing is wrong. */
export const AS_IT_MUST_BE = { findings: [], underway: 0, copiesUnderway: 0 } as const;

/** The global check. Who asks for it while one is under way gets the next one, and shares that with all others who wait. */
export class SharedCheck {
  readonly #network: Network;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<FsckReport> | null = null;

  constructor(network: Network) {
    this.#network = network;
  }

  /** A report about what is there now, or later. */
  report(): Promise<FsckReport> {
    return (this.#next ??= this.#afterRunning());
  }

  /** What there is once everything has ended, down to the last piece of evidence and the first block of the ledger. */
  async wholeTruth(
    patienceMillis: number,
  ): Promise<Pick<FsckReport, 'findings' | 'underway' | 'copiesUnderway'>> {
    await waitUntilSettled(this.#network, patienceMillis);
    const { findings, underway, copiesUnderway } = await fsckNetwork(this.#network, { ledger: true });
    return { findings, underway, copiesUnderway };
  }

  async #afterRunning(): Promise<FsckReport> {
    await this.#running;
    this.#next = null;
    const check = this.#check();
    this.#running = check.catch(() => {});
    return check;
  }

  /** A service that another case has killed is back in a moment. */
  #check(): Promise<FsckReport> {
    return waitUntil(
      { what: 'all services to be there for the check', timeoutMillis: PATIENCE_MILLIS, everyMillis: 200 },
      async () => {
        try {
          return await fsckNetwork(this.#network, { sample: SAMPLE });
        } catch (error) {
          if (error instanceof FsckError && error.code === 'unreachable') return undefined;
          throw error;
        }
      },
    );
  }
}
