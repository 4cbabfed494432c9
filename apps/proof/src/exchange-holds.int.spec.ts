import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Charter } from '@besure/governance';
import type { CountersignVerdict } from '@besure/protocol';
import { facts } from '../contract/proof-zone.js';
import { DEADLINE_MILLIS, TwoZones, statesOf } from '../contract/two-zones.js';
import { askExchange } from './ask-exchange.js';
import { CountersignController } from './countersign.controller.js';
import type { KeyStanding } from './key-standing.js';

let zones: TwoZones;
/** Of the exchange's key. */
let signing: KeyStanding;

beforeEach(async () => {
  zones = await TwoZones.open();
  signing = 'in-force';
});

afterEach(() => zones.close());

/** Alpha asks the exchange as the bus brings it. */
function ask(): Promise<number> {
  const charter = { organisations: [zones.memberAlpha()] } as unknown as Charter;
  const controller = new CountersignController(zones.countersigner(), () => charter, {
    get signing() {
      return signing;
    },
  });
  const asking = zones.asking(async (statements) => {
    const message = { subject: 'besure.exchange.countersign.v1.alpha', data: { statements } };
    const answer = await controller.countersign(message);
    return (answer as unknown as { verdicts: CountersignVerdict[] }).verdicts;
  });
  return askExchange(asking);
}

it.each(['proposed', 'ended', 'suspended'] as const)(
  'is silent while its key is %s, and what was asked meanwhile is countersigned once it is in force',
  async (standing) => {
    await zones.record(facts, { ...facts, message: 'm-2' });
    await zones.state(facts);
    await ask();
    expect(await statesOf(zones.alpha.store)).toEqual(['countersigned']);
    signing = standing;
    await zones.state({ ...facts, message: 'm-2' });
    zones.now += DEADLINE_MILLIS - 1;
    expect(await ask()).toBe(1);
    expect((await statesOf(zones.alpha.store)).toSorted()).toEqual(['countersigned', 'prepared']);
    expect(await statesOf(zones.exchange.store)).toEqual(['countersigned']);
    signing = 'in-force';
    zones.now += 1000;
    await ask();
    expect(await statesOf(zones.alpha.store)).toEqual(['countersigned', 'countersigned']);
  },
);

it('is away to all that wait, where it holds for longer than their deadline', async () => {
  await zones.record(facts);
  signing = 'ended';
  await zones.state(facts);
  zones.now += DEADLINE_MILLIS;
  await ask();
  expect(await statesOf(zones.alpha.store)).toEqual(['one-sided']);
});
