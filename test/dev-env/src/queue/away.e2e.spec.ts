import { waitUntil } from '@besure/testing';
import { describe, expect, it } from 'vitest';
import { composeBatch, sendUntilTaken } from '../bench/load.js';
import type { CloudEvent, EventStatus } from '../back-office.js';
import { fsckNetwork, waitUntilSettled } from '../fsck.js';
import { ProcessHost } from '../host.js';
import { networkForTests } from '../network-for-tests.js';

const DEADLINE_MILLIS = 90_000;

const running = networkForTests('away', { host: (logs) => new ProcessHost(logs) });

/** Has documents stated by alpha and recorded by the exchange; all of it is acknowledged, or it throws. */
async function sendSome(): Promise<CloudEvent[]> {
  const { stated, record } = composeBatch('alpha', 'beta', 20);
  await sendUntilTaken(running.network.backOffice('exchange'), record);
  await sendUntilTaken(running.network.backOffice('alpha'), stated);
  return stated;
}

/** Waits until of each of these events holds what is asked. */
async function until(
  events: readonly CloudEvent[],
  what: string,
  holds: (status: EventStatus) => boolean,
): Promise<EventStatus[]> {
  const alpha = running.network.backOffice('alpha');
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
        leave: () => running.network.servers.devchain.kill(),
        return: () => running.network.servers.devchain.restart(),
      }),
    ],
    [
      'hub',
      () => ({
        leave: () => running.host.kill('hub-ledger-writer'),
        return: () => running.host.restart('hub-ledger-writer'),
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
      await running.host.kill('exchange-proof');
      const alone = await sendSome();
      const statuses = await until(alone, 'one-sided evidence', ({ at }) => at['recorded'] !== undefined);
      expect(statuses.map(({ at }) => at['one-sided'] !== undefined)).toEqual(alone.map(() => true));
      expect(statuses.map(({ evidence }) => evidence === null)).toEqual(alone.map(() => false));
      await running.host.restart('exchange-proof');
      await until(await sendSome(), 'evidence', isComplete);
    },
    2 * DEADLINE_MILLIS,
  );

  it(
    'and in the end all are in one state, with evidence that verifies',
    async () => {
      const { acknowledged, underway } = await waitUntilSettled(running.network, DEADLINE_MILLIS);
      // What was sent above, by alpha and by the exchange.
      expect([acknowledged, underway]).toEqual([6 * 2 * 20, 0]);
      const { ok, findings } = await fsckNetwork(running.network);
      expect({ ok, findings }).toEqual({ ok: true, findings: [] });
    },
    2 * DEADLINE_MILLIS,
  );
});
