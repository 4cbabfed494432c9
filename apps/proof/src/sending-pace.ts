/** The longest wait after refusals. */
const MOST_WAIT_MILLIS = 30_000;
const FIRST_WAIT_MILLIS = 1000;
/** Sending again what is overdue slows down to this many times its first pace. */
const MOST_SLOWER = 8;

/** How fast a sender may go, which it forgets when it ends: it waits ever longer while the ledger refuses, or shows nothing of what was sent. */
export class SendingPace {
  #refusals = 0;
  #waitUntil = 0;
  #resends = 0;
  #resendAfter = 0;
  #warnedTo = -1;
  #refusedInput: { readonly slot: number; readonly since: number } | null = null;
  #turn = 0;
  readonly #silentSince = new Map<number, number>();

  /** Whether a refusal is waited out now. */
  isWaiting(now: number): boolean {
    return now < this.#waitUntil;
  }

  /** The ledger refused: everything waits, twice as long each time. */
  refused(now: number): void {
    this.#waitUntil = now + Math.min(FIRST_WAIT_MILLIS * 2 ** this.#refusals, MOST_WAIT_MILLIS);
    this.#refusals = Math.min(this.#refusals + 1, 16);
  }

  /** The ledger took all that it was given. @returns whether it had refused before */
  taken(): boolean {
    const before = this.#refusals > 0;
    this.#refusals = 0;
    this.#waitUntil = 0;
    return before;
  }

  /**
   * Whether what is overdue may be sent again now. Each round through all hubs is half as fast as the one before, until nothing is overdue.
   */
  mayResend(now: number, isOverdue: boolean, resendMillis: number, hubs: number): boolean {
    if (!isOverdue) {
      // What was sent again is not overdue for a while, in the log or not.
      if (now > this.#resendAfter + resendMillis) this.#resends = 0;
      return false;
    }
    if (now < this.#resendAfter) return false;
    this.#resends += 1;
    const slower = Math.min(2 ** Math.floor(this.#resends / hubs), MOST_SLOWER);
    this.#resendAfter = now + resendMillis * slower;
    return true;
  }

  /** Notes whether a hub answered. @returns for how long it has not */
  silence(place: number, answers: boolean, now: number): number {
    const since = this.#silentSince.get(place) ?? now;
    if (answers) this.#silentSince.delete(place);
    else this.#silentSince.set(place, since);
    return answers ? 0 : now - since;
  }

  /**
   * Notes the earliest slot that some hub refuses for what it spends, or null where none does.
   *
   * @param pending the slots that are not final
   */
  refusedInput(slot: number | null, pending: readonly number[], now: number): void {
    if (this.#refusedInput !== null && pending.includes(this.#refusedInput.slot)) return;
    this.#refusedInput = slot === null ? null : { slot, since: now };
  }

  /** For how long a slot that is still not final is refused so, whoever takes it. */
  refusedFor(pending: readonly number[], now: number): number {
    const refused = this.#refusedInput;
    return refused !== null && pending.includes(refused.slot) ? now - refused.since : 0;
  }

  /** What was refused is signed again, and has all its time anew. */
  signedAgain(): void {
    this.#refusedInput = null;
  }

  /** All that is not final is another transaction now: what was refused says nothing of it. */
  beginsAnew(): void {
    this.taken();
    this.#refusedInput = null;
  }

  /** Another one first, each time: whoever is believed about what can be spent, the others are later. */
  inTurn<T>(views: readonly T[]): T[] {
    const from = views.length === 0 ? 0 : this.#turn++ % views.length;
    return [...views.slice(from), ...views.slice(0, from)];
  }

  /** Those of overdue slots that nobody was warned of yet. */
  toWarnOf(slots: readonly number[]): number[] {
    const fresh = slots.filter((slot) => slot > this.#warnedTo);
    this.#warnedTo = Math.max(this.#warnedTo, ...fresh);
    return fresh;
  }
}
