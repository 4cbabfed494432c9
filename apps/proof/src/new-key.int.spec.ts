import { createFactsVault } from '@besure/keys';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { facts } from '../contract/proof-zone.js';
import { TwoZones, statesOf } from '../contract/two-zones.js';

let zones: TwoZones;

beforeEach(async () => {
  zones = await TwoZones.open();
});

afterEach(() => zones.close());

describe('after the zone got a new key', () => {
  const old = new Uint8Array(32).fill(1);
  const withKeys = (...keys: Uint8Array[]): void => {
    const vault = createFactsVault(keys);
    zones.alpha = { ...zones.alpha, vault };
    zones.exchange = { ...zones.exchange, vault };
    zones.restart();
  };
  const renew = (): void => withKeys(new Uint8Array(32).fill(2), old);
  beforeEach(() => withKeys(old));

  it('a statement finds the record of before', async () => {
    await zones.record(facts);
    renew();
    const [verdict] = await zones.countersigner().answer(zones.memberAlpha(), [zones.crafted(facts)]);
    expect(verdict?.verdict).toBe('countersigned');
  });

  it('a record finds the statement that waited before', async () => {
    await zones.countersigner().answer(zones.memberAlpha(), [zones.crafted(facts)]);
    renew();
    await zones.record(facts);
    expect(await zones.countersigner().decideWaiting(100)).toBe(1);
    expect(await statesOf(zones.exchange.store)).toEqual(['countersigned']);
  });

  it('what was stated before is not stated again, and not countersigned again', async () => {
    await zones.state(facts);
    await zones.countersigner().answer(zones.memberAlpha(), [zones.crafted(facts)]);
    renew();
    expect(await zones.state(facts)).toBe(0);
    expect(await zones.countersigner().answer(zones.memberAlpha(), [zones.crafted(facts)])).toEqual([
      { verdict: 'refused', code: 'already-stated' },
    ]);
  });
});
