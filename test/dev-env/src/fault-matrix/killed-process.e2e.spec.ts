import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@besure/testing';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { ProcessHost } from '../host.js';
import { networkForTests } from '../network-for-tests.js';
import { assertProven, type SentEvent, stateEvent } from '../traffic.js';
import { giveOrder, type KillOrder, ORDERS_VARIABLE, stepOf, takeBack } from './kill-order.js';
import { AS_IT_MUST_BE, SharedCheck } from './shared-check.js';
import { Turns } from './turns.js';

const CASES: readonly KillOrder[] = [
  { organisation: 'alpha', step: 'accepting an event', when: 'after' },
  { organisation: 'beta', step: 'publishing what was accepted', when: 'after' },
  { organisation: 'alpha', step: 'accepting the record of the exchange', when: 'after' },
  { organisation: 'alpha', step: 'closing and signing a slot', when: 'after' },
  { organisation: 'beta', step: 'submitting an item', when: 'after' },
  { organisation: 'alpha', step: 'countersigning', when: 'after' },
  { organisation: 'alpha', step: 'keeping a statement for fifty years', when: 'after' },
  { organisation: 'alpha', step: 'offering copies', when: 'after' },
  { organisation: 'beta', step: 'cosigning a checkpoint', when: 'after' },
  { organisation: 'beta', step: 'keeping copies', when: 'before' },
  { organisation: 'alpha', step: 'sending an item to the ledger', when: 'after' },
  { organisation: 'alpha', step: 'extending the log and signing its checkpoint', when: 'before' },
];
/** Starting a process again costs a second of one core. */
const AT_ONCE = 2;
const CASE_MILLIS = 1_200_000;
/** So long until a step takes place whose events are under way; then it is known that its point is gone. */
const KILL_MILLIS = 120_000;
/** SIGKILL. */
const KILLED = 128 + 9;

vi.setConfig({ maxConcurrency: AT_ONCE });

// The compiled one: processes run what is built.
const killHere = new URL('../../dist/fault-matrix/kill-here.js', import.meta.url).href;
const orders = mkdtempSync(join(tmpdir(), 'besure-kill-orders-'));
const running = networkForTests('killed-process', {
  // However slow the machine is, every statement is to become complete.
  countersignatureDeadlineSeconds: 600,
  host: (logs) =>
    new ProcessHost(logs, {
      nodeArguments: ['--import', killHere],
      environment: { [ORDERS_VARIABLE]: orders },
    }),
});
let check: SharedCheck;
const turns = new Turns(AT_ONCE);

beforeAll(() => {
  check = new SharedCheck(running.network);
});

afterAll(() => rmSync(orders, { recursive: true, force: true }));

describe('every acknowledged event is proven exactly once, though a process is killed', () => {
  it.concurrent.for(CASES.map((order) => ({ ...order, service: stepOf(order).service })))(
    '$when $step ($service)',
    { timeout: CASE_MILLIS },
    async ({ service, ...order }, { expect }) => {
      await turns.take(service, async () => {
        const { host } = running;
        giveOrder(orders, order);
        const sending = stateBoth();
        // Awaited below, unless the process does not end.
        sending.catch(() => undefined);
        try {
          const ended = { what: `${service} to end`, timeoutMillis: KILL_MILLIS };
          expect(await waitUntil(ended, () => host.exitCode(service))).toBe(KILLED);
        } finally {
          // Else it would end in the middle of another case.
          takeBack(orders, order);
          if (host.exitCode(service) !== undefined) await host.restart(service);
        }
        // What comes after it finds all as it was.
        const sent = [...(await sending), ...(await stateBoth())];
        const evidence = await Promise.all(sent.map((one) => assertProven(running.network, one, 'same')));
        expect(new Set(evidence).size).toBe(sent.length);
        expect((await check.report()).findings).toEqual([]);
      });
    },
  );
});

it('in the end all of it together is as it must be', { timeout: CASE_MILLIS }, async ({ expect }) => {
  expect(await check.wholeTruth(CASE_MILLIS)).toEqual(AS_IT_MUST_BE);
});

function stateBoth(): Promise<SentEvent[]> {
  const parties = ['alpha', 'beta'] as const;
  return Promise.all([
    stateEvent(running.network, 'sent', parties, 'same'),
    stateEvent(running.network, 'received', parties, 'same'),
  ]);
}
