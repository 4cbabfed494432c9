/**
 * A flag that one loop waits for and anyone raises. Raised while nobody waits, it is kept: no wake-up falls between a look at the
 * work and the wait. It is still only a hint, so every wait has a limit.
 */
export class WakeUp {
  #raised = false;
  #waiting: (() => void) | null = null;

  /** Ends the current wait, or the next one at once. */
  raise(): void {
    this.#raised = true;
    this.#waiting?.();
  }

  /** Waits until raised, or `limitMillis` at most; answers whether it was raised, and lowers the flag. */
  async wait(limitMillis: number): Promise<boolean> {
    if (!this.#raised) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMillis);
        this.#waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#waiting = null;
    }
    const raised = this.#raised;
    this.#raised = false;
    return raised;
  }
}
