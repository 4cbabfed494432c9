import type { FsckRule } from './rules.js';

/** Something that is not as it must be. */
export interface Finding {
  /** The organisation or hub in whose hands it is. */
  readonly zone: string;
  readonly rule: FsckRule;
  /** What it is about: the id of an event or statement, a slot, a table. */
  readonly subject: string;
  readonly detail: string;
}

/** A rule that was looked at in a zone. */
export interface RuleCheck {
  readonly zone: string;
  readonly rule: FsckRule;
  /** How often it is broken; `findings` of the report shows the first of them only. */
  readonly broken: number;
}

/** How far a service has read the events of another one. */
export interface ConsumerStanding {
  readonly zone: string;
  readonly consumer: string;
  readonly source: string;
  /** Events that it has not read yet, and the age of the oldest. */
  readonly lag: number;
  readonly oldestSeconds: number;
}

/** Events that a service has put aside, because it could make nothing of them. */
export interface DeadLetters {
  readonly zone: string;
  readonly consumer: string;
  readonly source: string;
  readonly waiting: number;
}

/** What fsck found. */
export interface FsckReport {
  readonly ok: boolean;
  /** How many events were acknowledged, repeats included. */
  readonly acknowledged: number;
  /** How many of them ended in which state: complete, one-sided, record, repeat, discarded, erased. */
  readonly states: Readonly<Record<string, number>>;
  /** How many are in no final state yet. That is no fault. */
  readonly underway: number;
  /** Copies that the exchange holds ready and an organisation has not fetched yet. That is no fault. */
  readonly copiesUnderway: number;
  readonly evidenceVerified: number;
  readonly consumers: readonly ConsumerStanding[];
  readonly deadLetters: readonly DeadLetters[];
  readonly findings: readonly Finding[];
  readonly checks: readonly RuleCheck[];
}

/** The final states of an acknowledged event. */
export const FINAL_STATES = ['complete', 'one-sided', 'record', 'repeat', 'discarded', 'erased'] as const;

/** Findings of one rule in one zone that are shown; more are counted. */
const MOST_SHOWN = 50;

/** Collects what is looked at, and what is found. */
export class Findings {
  readonly #shown: Finding[] = [];
  readonly #broken = new Map<string, { zone: string; rule: FsckRule; broken: number }>();

  /** A rule is looked at in a zone, whatever comes of it. */
  look(zone: string, rule: FsckRule): void {
    const key = `${zone} ${rule}`;
    if (!this.#broken.has(key)) this.#broken.set(key, { zone, rule, broken: 0 });
  }

  /** Something breaks the rule. `count` is more than one where only one of several is told. */
  add(finding: Finding, count = 1): void {
    const { zone, rule } = finding;
    this.look(zone, rule);
    const check = this.#broken.get(`${zone} ${rule}`)!;
    if (check.broken < MOST_SHOWN) this.#shown.push(finding);
    check.broken += count;
  }

  get shown(): readonly Finding[] {
    return this.#shown;
  }

  get checks(): readonly RuleCheck[] {
    return [...this.#broken.values()];
  }
}
