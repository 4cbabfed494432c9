import { setTimeout as pause } from 'node:timers/promises';
import { type Host, type HostedService, type ProcessOptions, ProcessHost, nameOf } from '../host.js';
import type { ServicePlan } from '../service-environment.js';
import type { Links } from './links.js';

const RETRY_MILLIS = 250;

/**
 * Services in processes of their own, as a supervisor keeps them: who ends is started again until it runs. All their links go over wires that can
 * be cut.
 */
export class SupervisingHost implements Host {
  readonly #processes: ProcessHost;
  readonly #links: Links;
  /** What is meant to be down now. */
  readonly #down = new Set<string>();
  /** The starts under way, by service. */
  readonly #starts = new Map<string, Promise<void>>();
  /** How each is started in this life of it. */
  readonly #options = new Map<string, ProcessOptions>();
  #startedAgain = 0;

  constructor(logs: string, links: Links, options: ProcessOptions = {}) {
    this.#processes = new ProcessHost(logs, options);
    this.#links = links;
  }

  /** How often a service ended that nobody had ended, and was started again: while it started without its database, or else. */
  get startedAgain(): number {
    return this.#startedAgain;
  }

  async start(plan: ServicePlan): Promise<HostedService> {
    const name = nameOf(plan);
    const hosted = await this.#processes.start(await this.#links.route(plan));
    this.#watch(name);
    return {
      ...hosted,
      stop: async () => {
        this.#down.add(name);
        await hosted.stop();
        await this.#starts.get(name);
      },
    };
  }

  /** SIGKILL. It stays down until `bringUp`. */
  async kill(name: string): Promise<void> {
    this.#down.add(name);
    await this.#processes.kill(name);
    await this.#starts.get(name);
  }

  /** SIGTERM. It stays down until `bringUp`. */
  async stop(name: string): Promise<void> {
    this.#down.add(name);
    await this.#processes.stop(name);
    await this.#starts.get(name);
  }

  /** Starts what is down, until it runs. `options`: for this life of it. */
  bringUp(name: string, options: ProcessOptions = {}): Promise<void> {
    this.#down.delete(name);
    this.#options.set(name, options);
    return this.#startUntilItRuns(name);
  }

  /** SIGSTOP and SIGCONT. */
  signal(name: string, signal: 'STOP' | 'CONT'): void {
    this.#processes.signal(name, signal);
  }

  #watch(name: string): void {
    void this.#processes.exited(name).then(() => {
      if (this.#down.has(name)) return;
      this.#startedAgain += 1;
      void this.#startUntilItRuns(name);
    });
  }

  async #startUntilItRuns(name: string): Promise<void> {
    const starting = this.#retry(name);
    this.#starts.set(name, starting);
    await starting;
  }

  async #retry(name: string): Promise<void> {
    while (!this.#down.has(name)) {
      try {
        await this.#processes.restart(name, this.#options.get(name));
        this.#watch(name);
        return;
      } catch {
        if (this.#down.has(name)) return;
        this.#startedAgain += 1;
        // One that hangs while it starts is ended, as a supervisor's probe does.
        await this.#processes.kill(name);
        await pause(RETRY_MILLIS);
      }
    }
  }
}
