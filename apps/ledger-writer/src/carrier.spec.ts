import { nodePrimitives } from '@besure/keys';
import { streamEntity } from '@besure/ledger-tx';
import type { LedgerNode } from '@besure/multichain';
import { afterEach, expect, it } from 'vitest';
import { itemBy, makeNetwork } from '../contract/scripted-network.js';
import { Carrier } from './carrier.js';

const PROOFS = 'ab'.repeat(32);
const { charter, members } = makeNetwork();
const [alpha] = members;
const { base, startMillis, lengthMillis } = charter.slots;
const closing: Carrier[] = [];

/** A hub whose node takes everything. */
function carrierAt(now: number): Carrier {
  const node: Pick<LedgerNode, 'sendRawTransactions'> = {
    sendRawTransactions: (raws) => Promise.resolve(raws.map(() => ({ ok: true, txid: 'cd'.repeat(32) }))),
  };
  const carrier = new Carrier({
    charter: () => charter,
    node: node as LedgerNode,
    sha256: nodePrimitives.sha256,
    now: () => now,
    chain: () => ({ state: 'following', tip: 0, streams: { proofs: PROOFS, rights: null } }),
  });
  closing.push(carrier);
  return carrier;
}

afterEach(async () => {
  for (const carrier of closing.splice(0)) await carrier.close();
});

it.each([
  ['is over', -10, 'taken'],
  ['begins soon: clocks differ', 149, 'taken'],
  ['begins in minutes: evidence of it would be refused for ever', 152, 'slot-not-begun'],
])('the item of a slot that %s', async (_when, seconds, expected) => {
  const slot = base + 100;
  const now = startMillis + 100 * lengthMillis - seconds * 1000;
  const [result] = await carrierAt(now).submit('alpha', [itemBy(alpha, streamEntity(PROOFS), slot).raw]);
  expect('code' in result! ? result.code : 'taken').toBe(expected);
  // The same bytes, when the slot has come.
  const later = carrierAt(now + seconds * 1000);
  const [again] = await later.submit('alpha', [itemBy(alpha, streamEntity(PROOFS), slot).raw]);
  expect(again).toHaveProperty('txid');
});

it('the item of no slot that there ever is', async () => {
  const raw = itemBy(alpha, streamEntity(PROOFS), Number.MAX_SAFE_INTEGER).raw;
  expect(await carrierAt(startMillis).submit('alpha', [raw])).toMatchObject([{ code: 'slot-not-begun' }]);
});
