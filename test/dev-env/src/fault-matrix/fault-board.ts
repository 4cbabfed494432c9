import type { Fault, FaultPoint } from '@besure/fault-points';
import { installFaults } from '@besure/fault-points/install';

/**
 * How an effect can go wrong. `before`: it never takes place, and nobody knows. `after`: it takes place, and the answer is lost. `twice`: it takes
 * place twice, and the second answer counts. `slow`: it takes place, but only once others have gone on. `killed-before`, `killed-after`: whoever
 * wants it ends there, and comes back.
 */
export type FaultKind = 'before' | 'after' | 'twice' | 'slow' | 'killed-before' | 'killed-after';

/** A fault that waits for its point to be reached. */
export interface ArmedFault {
  /** Settles once it has fired. */
  readonly fired: Promise<FaultPoint>;
  /** Lets a slow effect take place. */
  release(): void;
  /** Takes it back if it has not fired. */
  disarm(): void;
}

/** Whether a point is the one that is meant. */
export type IsAt = (point: FaultPoint) => boolean;

interface Waiting {
  readonly isAt: IsAt;
  since: IsAt | null;
  readonly fire: (point: FaultPoint) => Fault;
}

/** The service that a point belongs to, by its name in a network; null where only the far end is known. */
export function serviceAt({ adapter, at }: FaultPoint): string | null {
  switch (adapter) {
    case 'commit':
      return at.replaceAll(/[._]/g, '-');
    case 'publish':
    case 'request':
    case 'answer':
      // On the bus of a hub its services go by their own names: which hub they are, the charter says later. There is one here.
      return at === 'ledger-writer' || at === 'rights' ? `hub-${at}` : at;
    case 'ledger':
      return 'hub-ledger-writer';
    case 'fetch':
      return null;
  }
}

/** Where all faults of this process are armed. */
export class FaultBoard {
  readonly #dead = new Set<string>();
  readonly #waiting = new Set<Waiting>();
  readonly #uninstall: () => void;

  constructor() {
    this.#uninstall = installFaults((point) => this.#find(point));
  }

  /** Lets the next effect at such a point go wrong: the next one after `since` was reached, where that is said. */
  arm(isAt: IsAt, kind: FaultKind, since: IsAt | null = null): ArmedFault {
    const reached = Promise.withResolvers<FaultPoint>();
    const gate = Promise.withResolvers<void>();
    const waiting: Waiting = {
      isAt,
      since,
      fire: (point) => {
        reached.resolve(point);
        return this.#fault(kind, point, gate.promise);
      },
    };
    this.#waiting.add(waiting);
    return {
      fired: reached.promise,
      release: () => gate.resolve(),
      disarm: () => void this.#waiting.delete(waiting),
    };
  }

  /** From now on a service that was killed has effects again: the one that is started in its place. Whether it was dead. */
  revive(service: string): boolean {
    return this.#dead.delete(service);
  }

  close(): void {
    this.#uninstall();
  }

  #find(point: FaultPoint): Fault | null {
    const service = serviceAt(point);
    // What is dead has no effect on anyone, however long it takes to be gone.
    if (service !== null && this.#dead.has(service)) return () => Promise.reject(point.lost());
    for (const waiting of this.#waiting) {
      if (waiting.since !== null) {
        if (waiting.since(point)) waiting.since = null;
      } else if (waiting.isAt(point)) {
        this.#waiting.delete(waiting);
        return waiting.fire(point);
      }
    }
    return null;
  }

  #fault(kind: FaultKind, point: FaultPoint, gate: Promise<void>): Fault {
    const kill = (): void => void this.#dead.add(serviceAt(point) ?? '');
    switch (kind) {
      case 'before':
        return () => Promise.reject(point.lost());
      case 'after':
        return async (effect) => {
          await effect();
          throw point.lost();
        };
      case 'twice':
        return async (effect) => {
          await effect();
          return effect();
        };
      case 'slow':
        return async (effect) => {
          await gate;
          return effect();
        };
      case 'killed-before':
        return () => {
          kill();
          return Promise.reject(point.lost());
        };
      case 'killed-after':
        return async (effect) => {
          await effect();
          kill();
          throw point.lost();
        };
    }
  }
}
