import { freePort } from '@besure/testing';

/** A port per service, chosen once: a network that comes up again is found where it was. */
export class Ports {
  readonly #ports: Record<string, number>;

  constructor(known: Readonly<Record<string, number>> = {}) {
    this.#ports = { ...known };
  }

  /** Chooses a free port for each of these that has none. */
  async choose(names: readonly string[]): Promise<void> {
    for (const name of names) this.#ports[name] ??= await this.#another();
  }

  get(name: string): number {
    const port = this.#ports[name];
    if (port === undefined) throw new RangeError(`no port was chosen for ${name}`);
    return port;
  }

  /** For keeping. */
  all(): Readonly<Record<string, number>> {
    return { ...this.#ports };
  }

  /** One that has no other name: nobody listens on those yet. */
  async #another(): Promise<number> {
    const chosen = new Set(Object.values(this.#ports));
    for (;;) {
      const port = await freePort();
      if (!chosen.has(port)) return port;
    }
  }
}
