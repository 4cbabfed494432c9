import { freePort } from '@besure/testing';

/** A port per service, chosen once: a network that comes up again is found where it was. */
export class Ports {
  readonly #ports: Record<string, number>;

  constructor(known: Readonly<Record<string, number>> = {}) {
    this.#ports = { ...known };
  }

  /** Chooses a free port for each of these that has none. */
  async choose(names: readonly string[]): Promise<void> {
    for (const name of names) this.#ports[name] ??= await freePort();
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
}
