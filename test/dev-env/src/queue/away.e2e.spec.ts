import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@besure/testing';
import { composeBatch, sendUntilTaken } from '../bench/load.js';
import type { CloudEvent, EventStatus } from '../back-office.js';
import { fsckNetwork, waitUntilSettled } from '../fsck.js';
import { ProcessHost } from '../host.js';
import type { Network } from '../network.js';
import { startNetwork } from '../start-network.js';

const DEADLINE_MILLIS = 90_000;

let folder: string;
let host: ProcessHost;
let network: Network;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'besure-away-'));
  chmodSync(folder, 0o755);
  network = await startNetwork({
    folder,
    profile: 'tests',
    host: (logs) => (host = new ProcessHost(logs)),
  });
});

afterAll(async () => {
  await network.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Has documents stated by alpha and recorded by the exchange; all of it is acknowledged, or it throws. */
async function sendSome(): Promise<CloudEvent[]> {
  const { stated, record } = composeBatch('alpha', 'beta', 20);
  await sendUntilTaken(network.backOffice('exchange'), record);
  await sendUntilTaken(network.backOffice('alpha'), stated);
  return stated;
}

/** Waits until of each of these events holds what is asked. */
async function until(
  events: readonly CloudEvent[],
  what: string,
  holds: (status: EventStatus) => boolean,
): Promise<EventStatus[]> {
  const alpha = network.backOffice('alpha');
  return waitUntil({ what, timeoutMillis: DEADLINE_MILLIS }, async () => {
    const statuses = await Promise.all(events.map(({ source, id }) => alpha.status(source, id)));
    return statuses.every((status) => status !== null && holds(status))
      ? statuses.filter((status) => status !== null)
      : undefined;
  });
}

const isComplete = ({ state }: EventStatus): boolean => state === 'complete';

interface Absence {
  readonly leave: () => Promise<unknown>;
  readonly return: () => Promise<unknown>;
}

describe('events are acknowledged and go on as far as they can', () => {
  it.each<[string, () => Absence]>([
    [
      'ledger',
      () => ({
        leave: () => network.servers.devchain.kill(),
        return: () => network.servers.devchain.restart(),
      }),
    ],
    [
      'hub',
      () => ({
        leave: () => host.kill('hub-ledger-writer'),
        return: () => host.restart('hub-ledger-writer'),
      }),
    ],
  ])(
    'while the %s is away, to where both have agreed; and are complete when it is back',
    async (_what, of) => {
      const absence = of();
      await absence.leave();
      const first = await sendSome();
      const agreed = await until(first, 'agreement', ({ at }) => at['countersigned'] !== undefined);
      expect(agreed.filter(isComplete)).toEqual([]);
      const second = await sendSome();
      await absence.return();
      await until([...first, ...second], 'evidence', isComplete);
    },
    2 * DEADLINE_MILLIS,
  );

  it(
    'while the exchange makes no statements, one-sided after the deadline and with evidence; what comes then is complete again',
    async () => {
      await host.kill('exchange-proof');
      const alone = await sendSome();
      const statuses = await until(alone, 'one-sided evidence', ({ at }) => at['recorded'] !== undefined);
      expect(statuses.map(({ at }) => at['one-sided'] !== undefined)).toEqual(alone.map(() => true));
      expect(statuses.map(({ evidence }) => evidence === null)).toEqual(alone.map(() => false));
      await host.restart('exchange-proof');
      await until(await sendSome(), 'evidence', isComplete);
    },
    2 * DEADLINE_MILLIS,
  );

  it(
    'and in the end all are in one state, with evidence that verifies',
    async () => {
      const { acknowledged, underway } = await waitUntilSettled(network, DEADLINE_MILLIS);
      // What was sent above, by alpha and by the exchange.
      expect([acknowledged, underway]).toEqual([6 * 2 * 20, 0]);
      const { ok, findings } = await fsckNetwork(network);
      expect({ ok, findings }).toEqual({ ok: true, findings: [] });
    },
    2 * DEADLINE_MILLIS,
  );
});
