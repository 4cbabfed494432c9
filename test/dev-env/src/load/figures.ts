/** What was counted, by what it was: `accepted`, `repeated`, `replayed`, or the code of a refusal. */
export class Figures {
  readonly #counts = new Map<string, number>();

  count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  get all(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].toSorted(([, a], [, b]) => b - a));
  }

  /** Taken, as something new. */
  get accepted(): number {
    return this.#counts.get('accepted') ?? 0;
  }

  /** Turned down, for whatever reason. */
  get refused(): number {
    const taken = ['accepted', 'replayed', 'hung up'];
    return [...this.#counts].reduce((sum, [what, count]) => (taken.includes(what) ? sum : sum + count), 0);
  }
}
