import { setTimeout as pause } from 'node:timers/promises';
import { type Standing, standing } from '@besure/fsck';
import { fsckOptionsOf, NotSettledError } from '../fsck.js';
import type { ProcessHost } from '../host.js';
import { type Held, pidsOf, readHeapsOf } from '../load/heaps.js';
import type { Network } from '../network.js';
import { type Queued, fillQueue } from './fill-queue.js';

/** What services hold, by the name of their organisation and their own. */
export type HeldByService = ReadonlyMap<string, Held>;

/** What became of a queue at first, and what services held then. */
export interface Begun {
  readonly queued: Queued;
  /** When statements were made again. Milliseconds since 1970. */
  readonly restarted: number;
  /** When all was queued, and nothing of it went on: of all but `proof`, which is not there then. */
  readonly waiting: HeldByService;
  /** When the first events were settled. */
  readonly working: HeldByService;
}

/** What is under way comes and goes, as does what is kept of it until it is published; what stays is in the least of some readings. */
const READINGS = 10;
const PACE_MILLIS = 1000;

/** A network with services whose heaps are read while events wait in it. */
export class QueueReader {
  readonly #network: Network;
  readonly #host: ProcessHost;
  readonly #heaps: string;
  readonly #signal: AbortSignal;

  /** @param heaps the folder that the host's services were given to tell what they hold */
  constructor(network: Network, host: ProcessHost, heaps: string, signal: AbortSignal) {
    this.#network = network;
    this.#host = host;
    this.#heaps = heaps;
    this.#signal = signal;
  }

  /**
   * Queues events while no statements are made, has them made again, and reads twice what is held: in between, and as soon as so many events of
   * this queue are settled. Archives begin anew with the queue: with time they know more
   * checkpoints, up to a bound that a small queue leaves them no time for.
   */
  async queue(
    events: number,
    {
      settled,
      seconds,
      onAcknowledged,
    }: { settled: number; seconds: number; onAcknowledged?: (events: number) => void },
  ): Promise<Begun> {
    const before = await this.untilSettled(Infinity, 0);
    const names = [...pidsOf(this.#network).keys()];
    const proofs = names.filter((name) => name.endsWith('-proof'));
    for (const name of proofs) await this.#host.kill(name);
    const queued = await fillQueue(this.#network, {
      events,
      signal: this.#signal,
      ...(onAcknowledged !== undefined && { onAcknowledged }),
    });
    const archives = names.filter((name) => name.endsWith('-archive'));
    for (const name of archives) await this.#host.kill(name);
    await this.#restart(archives);
    const waiting = await this.#read(names.filter((name) => !proofs.includes(name)));
    const restarted = Date.now();
    await this.#restart(proofs);
    const now = await this.untilSettled(settledOf(before) + settled, seconds);
    if (settledOf(now) < settledOf(before) + settled) throw new NotSettledError(seconds * 1000, now);
    return { queued, restarted, waiting, working: await this.#read(names) };
  }

  /** How all stands when so many events are settled, or so many seconds later. */
  async untilSettled(settled: number, seconds: number): Promise<Standing> {
    const options = fsckOptionsOf(this.#network);
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const started = Date.now();
      const now = await standing(options);
      if (settledOf(now) >= settled || Date.now() > deadline) return now;
      // To look is to read all tables: not so often that it is what there is to do, and once more when the time is over.
      const rest = Math.max(PACE_MILLIS, 10 * (Date.now() - started));
      await pause(Math.min(rest, Math.max(0, deadline - Date.now())), undefined, { signal: this.#signal });
    }
  }

  async #restart(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#host.restart(name)));
  }

  #read(names: readonly string[]): Promise<HeldByService> {
    const pids = new Map(names.map((name) => [name, this.#host.pid(name)]));
    return readHeapsOf(pids, this.#heaps, READINGS);
  }
}

/** How many events are in their final states. */
export function settledOf({ acknowledged, underway }: Standing): number {
  return acknowledged - underway;
}
