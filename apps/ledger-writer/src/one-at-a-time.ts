/**
 * Does a piece of work one at a time, however often it is asked for: what is asked for meanwhile is done once more after it, for all who
 * asked. The work must not reject.
 */
export class OneAtATime {
  readonly #work: () => Promise<void>;
  #running: Promise<void> | null = null;
  #again = false;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Asks for the work. */
  ask(): void {
    if (this.#running === null) this.#running = this.#run();
    else this.#again = true;
  }

  /** Resolves when what is under way is done; what was to come after it is not begun. */
  async close(): Promise<void> {
    this.#again = false;
    await this.#running;
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      await this.#work();
    } while (this.#isAskedAgain());
    this.#running = null;
  }

  #isAskedAgain(): boolean {
    return this.#again;
  }
}
