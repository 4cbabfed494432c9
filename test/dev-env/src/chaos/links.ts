import { type Passage, TcpProxy } from '@besure/testing';
import { nameOf } from '../host.js';
import type { ServicePlan } from '../service-environment.js';
import { LINK_VARIABLES } from './targets.js';

/** The links of services to what they need: each goes over a wire of its own, which can be cut. */
export class Links {
  readonly #wires = new Map<string, TcpProxy[]>();

  /** The plan with all addresses of others replaced by the near ends of wires. */
  async route(plan: ServicePlan): Promise<ServicePlan> {
    const environment = { ...plan.environment };
    for (const [variable, link] of Object.entries(LINK_VARIABLES)) {
      const value = environment[variable];
      if (value === undefined) continue;
      environment[variable] = await this.#wire(`${nameOf(plan)}/${link}`, value);
    }
    return { ...plan, environment };
  }

  /** Ends all connections of a link. */
  cut(link: string): void {
    for (const wire of this.#of(link)) wire.cut();
  }

  /** What becomes of what comes over a link from now on. */
  set(link: string, passage: Passage): void {
    for (const wire of this.#of(link)) wire.set(passage);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#wires.values()].flat().map((wire) => wire.close()));
  }

  #of(link: string): readonly TcpProxy[] {
    const wires = this.#wires.get(link);
    if (wires === undefined) throw new RangeError(`there is no link ${link}`);
    return wires;
  }

  async #wire(link: string, addresses: string): Promise<string> {
    let routed = addresses;
    const wires: TcpProxy[] = [];
    for (const [address, port] of addresses.matchAll(/127\.0\.0\.1:(\d+)/g)) {
      const wire = await TcpProxy.start(Number(port));
      wires.push(wire);
      routed = routed.replace(address, `127.0.0.1:${wire.port}`);
    }
    this.#wires.set(link, wires);
    return routed;
  }
}
