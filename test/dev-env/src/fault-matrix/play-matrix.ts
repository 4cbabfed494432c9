import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { networkForTests } from '../network-for-tests.js';
import { RestartableHost } from '../restartable-host.js';
import { assertProven, stateEvent } from '../traffic.js';
import { type ArmedFault, FaultBoard } from './fault-board.js';
import type { FaultCase } from './fault-cases.js';
import { FIRST_CASES } from './first-cases.js';
import { playCase, type Stage } from './play-case.js';
import { AS_IT_MUST_BE, SharedCheck } from './shared-check.js';
import { Turns } from './turns.js';

/** Most of a case is waiting for slots and blocks: some are played at the same time. */
const AT_ONCE = 8;
const CASE_MILLIS = 1_200_000;

/** Has vitest play cases on a network of their own, and look at all of it after each: see docs/fault-matrix.md. */
export function playMatrix(cases: readonly FaultCase[]): void {
  // The time of a case runs from when it is started, and it waits for its turn then.
  vi.setConfig({ maxConcurrency: AT_ONCE });
  let board: FaultBoard;
  let first: readonly (readonly [string, ArmedFault])[];

  // Before there is a network: some effects are those of its beginning alone.
  beforeAll(() => {
    board = new FaultBoard();
    first = FIRST_CASES.map(({ name, isAt, kind }) => [name, board.arm(isAt, kind)]);
  });

  const running = networkForTests('fault-matrix', {
    // However slow the machine is, every statement is to become complete.
    countersignatureDeadlineSeconds: 600,
    host: (logs) => new RestartableHost(logs),
  });
  let stage: Stage;
  let check: SharedCheck;
  const turns = new Turns(AT_ONCE);

  beforeAll(async () => {
    const { network, host } = running;
    stage = { network, host, board };
    check = new SharedCheck(network);
    // Whatever fails from now on fails on a ledger that is founded.
    await assertProven(network, await stateEvent(network, 'sent', ['alpha', 'beta'], 'same'), 'same');
  }, CASE_MILLIS);

  afterAll(() => board.close());

  it.for(FIRST_CASES)('a network begins, though $name', { timeout: CASE_MILLIS }, async (one, { expect }) => {
    expect(one.isAt(await new Map(first).get(one.name)!.fired)).toBe(true);
  });

  describe('every acknowledged event is proven exactly once, though', () => {
    it.concurrent.for(cases)('$name', { timeout: CASE_MILLIS }, async (one, { expect }) => {
      await turns.take(one.step.service, async () => {
        const evidence = await playCase(stage, one);
        expect(new Set(evidence).size).toBe(evidence.length);
        expect((await check.report()).findings).toEqual([]);
      });
    });
  });

  it(
    'all of it together is as it must be, down to the last piece of evidence',
    { timeout: CASE_MILLIS },
    async ({ expect }) => {
      expect(await check.wholeTruth(CASE_MILLIS)).toEqual(AS_IT_MUST_BE);
    },
  );
}
