import { setTimeout as pause } from 'node:timers/promises';
import type { FaultPoint } from '@besure/fault-points';
import { waitUntil } from '@besure/testing';
import type { Network } from '../network.js';
import type { ArmedFault, FaultBoard } from './fault-board.js';
import type { FaultCase } from './fault-cases.js';
import type { RestartableHost } from '../restartable-host.js';
import { assertProven, type SentEvent, stateEvent } from '../traffic.js';

/** Where cases are played. */
export interface Stage {
  readonly network: Network;
  readonly host: RestartableHost;
  readonly board: FaultBoard;
}

/** A slow effect is late by so many blocks: some slots. */
const LATE_BLOCKS = 8;
/** So long until more is sent, where a fault has not fired: what was sent went together with something else. Then twice as long, and so on. */
const MORE_MILLIS = 3000;
const MOST_TRIES = 6;

/**
 * Plays a case: something goes wrong, events come, and in the end each of them is proven.
 *
 * @returns the evidence of its events, each verified
 * @throws Error where the fault never fired, or an event is not proven
 */
export async function playCase(stage: Stage, { step, kind, parties }: FaultCase): Promise<string[]> {
  const { network, host, board } = stage;
  const recording = step.record ?? 'same';
  const armed = board.arm(step.isAt, kind, step.since);
  try {
    const sending: Promise<SentEvent>[] = [];
    await fire(armed, () => {
      for (const name of ['sent', 'received'] as const) {
        const one = stateEvent(network, name, parties, recording);
        // Awaited below, unless the case fails before that.
        one.catch(() => undefined);
        sending.push(one);
      }
    });
    if (kind === 'killed-before' || kind === 'killed-after') {
      let wasDead = false;
      await host.restart(step.service, () => {
        wasDead = board.revive(step.service);
      });
      if (!wasDead) throw new Error(`it was not ${step.service} that died`);
    }
    if (kind === 'slow') {
      await laterBy(network, LATE_BLOCKS);
      armed.release();
    }
    const sent = await Promise.all(sending);
    return await Promise.all(sent.map((one) => assertProven(network, one, recording)));
  } finally {
    armed.release();
    armed.disarm();
    board.revive(step.service);
  }
}

/** Sends until the fault has fired. */
async function fire(armed: ArmedFault, send: () => void): Promise<FaultPoint> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    send();
    const point = await Promise.race([armed.fired, pause(MORE_MILLIS * 2 ** tries, null)]);
    if (point !== null) return point;
  }
  throw new Error('the fault never fired');
}

async function laterBy(network: Network, blocks: number): Promise<void> {
  const until = (await network.ledger.blockCount()) + blocks;
  await waitUntil({ what: `${blocks} more blocks` }, async () =>
    (await network.ledger.blockCount()) >= until ? true : undefined,
  );
}
