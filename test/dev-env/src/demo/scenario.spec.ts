import { describe, expect, it } from 'vitest';
import type { DemoDocument } from './documents.js';
import { planDeliveries } from './scenario.js';

function documents(count: number): DemoDocument[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `d${at}`,
    slug: `d${at}`,
    path: null,
    bytes: new Uint8Array(),
    digest: { mediaType: 'text/plain', size: 0, sha256: '', sha3_512: '' },
  }));
}

describe('the plan of the demo', () => {
  it.each([
    [1, ['received']],
    [2, ['received', 'refused']],
    [3, ['received', 'refused', 'expired']],
    [5, ['received', 'received', 'received', 'refused', 'expired']],
  ])('ends %i documents with %j', (count, ends) => {
    const deliveries = planDeliveries(documents(count), ['alpha', 'beta']);
    expect(deliveries.map((one) => one.events.at(-1)?.event)).toEqual(ends);
  });

  it('lets the sender’s organisation state the sending and the recipient’s the rest', () => {
    for (const delivery of planDeliveries(documents(4), ['alpha', 'beta'])) {
      expect(delivery.events.map((one) => one.by)).toEqual([delivery.from, delivery.to, delivery.to]);
      expect(new Set(delivery.events.map((one) => one.data.message)).size).toBe(1);
    }
  });

  it('gives a reason with the negative events and only with those', () => {
    const all = planDeliveries(documents(3), ['alpha', 'beta']).flatMap((one) => one.events);
    for (const one of all)
      expect(one.data.reason !== undefined).toBe(['refused', 'expired'].includes(one.event));
  });
});
