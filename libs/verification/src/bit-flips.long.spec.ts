import { formatEvidence } from '@besure/protocol';
import { expect, it } from 'vitest';
import { scene } from './contract/case-tools.js';
import { Network } from './contract/network.js';
import { nodePrimitives as primitives } from './contract/node-primitives.js';
import { verify } from './verify.js';

const complete = new Network();
const threeHubs = scene({ network: { hubs: 3 }, show: ['event', 'time'] });

it.each([
  ['complete evidence', complete.completeFile(), complete.trust],
  [
    'evidence under three hubs, half of it hidden',
    formatEvidence(threeHubs.evidence),
    threeHubs.network.trust,
  ],
])('no bit of %s can be flipped', (_, file, trust) => {
  const bytes = new TextEncoder().encode(file);
  const decoder = new TextDecoder();
  const proven: string[] = [];
  expect(verify(file, trust, { primitives }).result).toBe('proven');
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      bytes[at]! ^= 1 << bit;
      if (verify(decoder.decode(bytes), trust, { primitives }).result === 'proven')
        proven.push(`${at}.${bit}`);
      bytes[at]! ^= 1 << bit;
    }
  }
  expect(proven).toEqual([]);
});
