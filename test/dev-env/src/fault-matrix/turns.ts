interface Waiting {
  readonly service: string;
  readonly go: () => void;
}

/** Lets several cases run at the same time, but never two that make the same service fail. */
export class Turns {
  readonly #most: number;
  readonly #busy = new Set<string>();
  #waiting: Waiting[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs `work` when it is its turn. */
  async take<T>(service: string, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((go) => {
      this.#waiting.push({ service, go });
      this.#next();
    });
    try {
      return await work();
    } finally {
      this.#busy.delete(service);
      this.#next();
    }
  }

  #next(): void {
    for (const waiting of this.#waiting) {
      if (this.#busy.size >= this.#most) return;
      if (this.#busy.has(waiting.service)) continue;
      this.#busy.add(waiting.service);
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
      waiting.go();
    }
  }
}
