import { type Host, type HostedService, inProcess, nameOf } from './host.js';
import type { ServicePlan } from './service-environment.js';

/** Services in this process, each of which can be stopped and started again as it was. */
export class RestartableHost implements Host {
  readonly #host: Host;
  readonly #running = new Map<string, HostedService>();

  constructor(logs: string) {
    this.#host = inProcess(logs);
  }

  /** @inheritdoc */
  async start(plan: ServicePlan): Promise<HostedService> {
    const name = nameOf(plan);
    const service = await this.#host.start(plan);
    this.#running.set(name, service);
    return { ...service, stop: () => this.#get(name).stop() };
  }

  /** Stops a service and starts it again; `between` runs while it is away. */
  async restart(name: string, between: () => void | Promise<void> = () => {}): Promise<void> {
    const service = this.#get(name);
    await service.stop();
    await between();
    this.#running.set(name, await this.#host.start(service.plan));
  }

  /** How a service is started. */
  plan(name: string): ServicePlan {
    return this.#get(name).plan;
  }

  #get(name: string): HostedService {
    const running = this.#running.get(name);
    if (running === undefined) throw new RangeError(`${name} does not run here`);
    return running;
  }
}
