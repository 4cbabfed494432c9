/** One thing that the demo found to hold, or not. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** What the board was asked, and what became of it. */
export interface Governance {
  readonly proposals: number;
  readonly accepted: number;
  /** How many were none, since they break a rule. */
  readonly refused: number;
}

/** What the demo did and found: `OUT/report.json`. */
export interface Report {
  readonly documents: number;
  readonly statements: number;
  readonly evidenceVerified: number;
  readonly tamperedRefused: number;
  readonly ledgerItems: number;
  readonly bytesPerItem: number;
  readonly governance: Governance;
  readonly seconds: number;
  readonly checks: readonly Check[];
}

/** Collects checks by name, in the order in which they were made. */
export class Checks {
  readonly #checks: Check[] = [];

  add(name: string, ok: boolean, detail: string): void {
    this.#checks.push({ name, ok, detail });
  }

  /** A check over a whole list: ok where nothing failed and there was something to check. */
  all<T>(name: string, items: readonly T[], failure: (item: T) => string | null): void {
    const failures = items.flatMap((item) => failure(item) ?? []);
    const ok = failures.length === 0 && items.length > 0;
    const detail = ok ? `${items.length} of ${items.length}` : (failures[0] ?? 'there was nothing to check');
    this.add(name, ok, detail);
  }

  get list(): readonly Check[] {
    return this.#checks;
  }
}
