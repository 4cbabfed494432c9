import { Worker } from '@besure/event-store';
import {
  decisionsIn,
  formatTrustLog,
  type HeldRights,
  stateAt,
  stateDigest,
  type RightsState,
} from '@besure/governance';
import { followRights, type FollowedRights, type LogSource } from '@besure/log-store';
import type { Primitives } from '@besure/protocol';
import { TRUST_LASTS_SECONDS } from '@besure/verification';
import type { LedgerHeights } from './ledger-heights.js';
import { noteIn, type SaidNote } from './said-notes.js';

/** What the board sees. */
export interface BoardView {
  readonly followed: FollowedRights;
  /** One for each entry. */
  readonly notes: readonly (SaidNote | null)[];
  /** At the newest final block: proposals may have expired since the last entry. */
  readonly now: RightsState;
  /** Of the state at the last entry: what hubs and offline replays compare. */
  readonly digest: string;
  readonly ledger: LedgerHeights;
}

/** The log of rights up to its newest head that a quorum has confirmed, as verifiers are given it. */
export interface ConfirmedLog {
  readonly size: number;
  readonly trust: string;
  /** The decision file of a proposal of that log. */
  readonly decision: (proposal: string) => string;
}

/** What the view needs. */
export interface RightsViewOptions {
  /** Fingerprint of the first charter. */
  readonly network: string;
  /** The log of rights of the own hub. */
  readonly source: LogSource;
  readonly heights: () => Promise<LedgerHeights>;
  readonly primitives: Primitives;
  readonly everyMillis: number;
  readonly onFailure: (error: unknown, failuresInARow: number) => void;
}

/** Replays the log of rights in memory. It is dropped with the process, and made again from the log. */
export class RightsView {
  readonly #options: RightsViewOptions;
  readonly #worker: Worker;
  #view: BoardView | null = null;
  #confirmed: ConfirmedLog | null = null;

  constructor(options: RightsViewOptions) {
    this.#options = options;
    this.#worker = new Worker({
      round: async () => {
        await this.#look();
        return false;
      },
      restMillis: options.everyMillis,
      onFailure: options.onFailure,
    });
  }

  /** `null` before the log was first read: it is not founded, or its hub is away. */
  get view(): BoardView | null {
    return this.#view;
  }

  /** Up to the newest head that a quorum of its own charter has confirmed; `null` before there is one. */
  get confirmed(): ConfirmedLog | null {
    return this.#confirmed;
  }

  /** Whether there is one that does not judge what is recorded at that time (POSIX seconds): a quorum has not signed its head for too long. */
  isTrustOld(seconds: number): boolean {
    const confirmedAt = this.#view?.followed.confirmation?.upheldTime;
    return confirmedAt !== undefined && seconds - confirmedAt > TRUST_LASTS_SECONDS;
  }

  /** Whether the last look succeeded. */
  get seeing(): boolean {
    return this.#view !== null && this.#worker.failures === 0;
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

  async #look(): Promise<void> {
    const { source, network, heights, primitives } = this.#options;
    const ledger = await heights();
    const before = this.#view;
    const followed = await followRights(source, network, before?.followed ?? null, primitives, 'latest');
    const isSame = before?.followed.size === followed.size;
    const { confirmation, entries } = followed;
    // Made once, not for each who asks: it is megabytes after a thousand decisions.
    if (confirmation !== null && followed !== before?.followed)
      this.#confirmed = confirmedLog(network, { checkpoint: confirmation.note, entries });
    const { sha256 } = primitives;
    const added = entries.slice(before?.followed.size ?? 0).map((entry) => noteIn(entry, sha256));
    this.#view = {
      followed,
      notes: [...(before?.notes ?? []), ...added],
      now: stateAt(followed.state, ledger.height),
      digest: isSame ? before.digest : stateDigest(followed.state, sha256),
      ledger,
    };
  }
}

function confirmedLog(network: string, held: HeldRights): ConfirmedLog {
  let decisions: ReturnType<typeof decisionsIn> | null = null;
  return {
    size: held.entries.length,
    trust: formatTrustLog({ network, ...held }),
    // Few ask for any: written at the first question.
    decision: (proposal) => (decisions ??= decisionsIn(held))(proposal),
  };
}
