/** A server that can be stopped properly, or killed. */
export interface Killable {
  /** Its process; null where it is not ours. */
  readonly pid: number | null;
  stop(): Promise<unknown>;
  kill(): Promise<void>;
}

/** A server of a network that can be killed and started again as it was: same port, same data. */
export class RestartableServer<S extends Killable = Killable> implements Killable {
  readonly #start: () => Promise<S>;
  #now: S;

  private constructor(start: () => Promise<S>, now: S) {
    this.#start = start;
    this.#now = now;
  }

  /** Starts it for the first time. */
  static async begin<S extends Killable>(start: () => Promise<S>): Promise<RestartableServer<S>> {
    return new RestartableServer(start, await start());
  }

  /** The one that runs, or that was killed last. */
  get now(): S {
    return this.#now;
  }

  get pid(): number | null {
    return this.#now.pid;
  }

  kill(): Promise<void> {
    return this.#now.kill();
  }

  async restart(): Promise<void> {
    this.#now = await this.#start();
  }

  stop(): Promise<unknown> {
    return this.#now.stop();
  }
}
