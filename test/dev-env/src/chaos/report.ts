import type { FsckReport } from '@besure/fsck';
import type { Fault, FaultKind } from './fault.js';

/** How long what a kind of fault hit took to serve again after it was undone. */
export interface Recovery {
  readonly count: number;
  readonly medianSeconds: number;
  readonly longestSeconds: number;
}

/** What a run came to. */
export interface ChaosReport {
  readonly seed: string;
  readonly seconds: number;
  /** Events that were acknowledged, each once. */
  readonly acknowledged: number;
  readonly kills: number;
  /** Acknowledged, and not in the one final state that it has to be in, with its proof. */
  readonly lost: number;
  /** Two of what there must be one of: statements, items, rows. */
  readonly doubled: number;
  /** The longest time without any event becoming complete while there was load. */
  readonly longestStallSeconds: number;
  /** How often what was hit served again. */
  readonly recoveries: number;
  /** Nothing lost, nothing doubled, and nothing else found. */
  readonly ok: boolean;
  /** What else is wrong: what did not recover, was turned down, did not come to rest. */
  readonly complaints: readonly string[];
  readonly differences: readonly string[];
  readonly findings: FsckReport['findings'];
  readonly evidenceVerified: number;
  readonly states: FsckReport['states'];
  /** How long everything took to come to its end after the last fault and the last event. */
  readonly settledSeconds: number;
  readonly recoveryByKind: Readonly<Partial<Record<FaultKind, Recovery>>>;
  /** How often a service ended by itself, as those that start without their database, and was started again. */
  readonly startedAgain: number;
  /** How often a stream had no room. */
  readonly streamsFull: number;
  /** The answers to back offices, and how often there was none. */
  readonly answers: Readonly<Record<string, number>>;
  readonly schedule: readonly Fault[];
}

/** Times of recovery, collected. */
export class Recoveries {
  readonly #seconds = new Map<FaultKind, number[]>();

  add(kind: FaultKind, millis: number): void {
    const all = this.#seconds.get(kind) ?? [];
    all.push(millis / 1000);
    this.#seconds.set(kind, all);
  }

  get count(): number {
    return [...this.#seconds.values()].reduce((sum, all) => sum + all.length, 0);
  }

  get byKind(): Partial<Record<FaultKind, Recovery>> {
    const round = (seconds: number): number => Math.round(seconds * 10) / 10;
    return Object.fromEntries(
      [...this.#seconds].map(([kind, all]): [FaultKind, Recovery] => {
        const sorted = all.toSorted((a, b) => a - b);
        return [
          kind,
          {
            count: all.length,
            medianSeconds: round(sorted[Math.floor(sorted.length / 2)]!),
            longestSeconds: round(sorted.at(-1)!),
          },
        ];
      }),
    );
  }
}
