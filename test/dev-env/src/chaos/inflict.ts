import { setTimeout as pause } from 'node:timers/promises';
import { processIds } from '../bench/process-usage.js';
import type { Network } from '../network.js';
import type { RestartableServer } from '../restartable-server.js';
import { withShiftedClock } from './clocks.js';
import { type Fault, serviceOf } from './fault.js';
import type { Links } from './links.js';
import { readerOf } from './schedule.js';
import type { SteadyLoad } from './steady-load.js';
import type { SupervisingHost } from './supervising-host.js';

/** What faults are done to. */
export interface Stage {
  readonly network: Pick<Network, 'servers' | 'services'>;
  readonly host: SupervisingHost;
  readonly links: Links;
  readonly load: Pick<SteadyLoad, 'flood'>;
  /** More documents than a stream may hold. */
  readonly floodDocuments: number;
}

/**
 * Does something to a network, waits as long as it lasts, or until the signal, and undoes it. Resolves when what was down is started again; whether
 * it serves is another question.
 */
export async function inflict(stage: Stage, fault: Fault, signal: AbortSignal): Promise<void> {
  const { host, links, load } = stage;
  const { kind, target, millis } = fault;
  const lasts = (): Promise<void> => pause(millis, undefined, { signal }).catch(() => undefined);
  const server = serverOf(stage, target);
  switch (kind) {
    case 'kill':
      if (server !== undefined) {
        await server.kill();
        await lasts();
        return server.restart();
      }
      await host.kill(target);
      await lasts();
      return host.bringUp(target);
    case 'restart':
      if (server !== undefined) {
        await server.stop();
        return server.restart();
      }
      await host.stop(target);
      return host.bringUp(target);
    case 'freeze':
      if (server !== undefined) return freeze(server, lasts);
      return freezeService(host, target, lasts);
    case 'cut':
      return links.cut(target);
    case 'refuse':
    case 'silent':
    case 'deaf':
      links.set(target, kind === 'refuse' ? 'refused' : kind);
      await lasts();
      return links.set(target, 'open');
    case 'fill':
      load.flood(target.replace(/-intake$/, ''), stage.floodDocuments);
      return freezeService(host, readerOf(target), lasts);
    case 'clock':
      await host.kill(target);
      await host.bringUp(target, withShiftedClock(fault.shiftMillis));
      await lasts();
      await host.kill(target);
      return host.bringUp(target);
  }
}

/** The services that a fault may have kept from serving: everybody stands on a server. */
export function affectedBy({ network }: Pick<Stage, 'network'>, { kind, target }: Fault): readonly string[] {
  const all = network.services
    .filter(({ name }) => name !== 'devchain')
    .map(({ name, organisation }) => `${organisation}-${name}`);
  if (kind === 'fill') return [target, readerOf(target)];
  return all.includes(serviceOf(target)) ? [serviceOf(target)] : all;
}

function serverOf({ network: { servers } }: Stage, target: string): RestartableServer | undefined {
  return Object.hasOwn(servers, target) ? servers[target as keyof typeof servers] : undefined;
}

async function freezeService(host: SupervisingHost, name: string, lasts: () => Promise<void>): Promise<void> {
  host.signal(name, 'STOP');
  await lasts();
  host.signal(name, 'CONT');
}

/** PostgreSQL is many processes: its first one makes no more of them while it stands still. */
async function freeze(server: RestartableServer, lasts: () => Promise<void>): Promise<void> {
  const { pid } = server;
  if (pid === null) throw new Error('this server is not ours to stop');
  process.kill(pid, 'SIGSTOP');
  const frozen = processIds(pid);
  signalAll(frozen, 'SIGSTOP');
  await lasts();
  signalAll(frozen.toReversed(), 'SIGCONT');
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // It has ended meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
