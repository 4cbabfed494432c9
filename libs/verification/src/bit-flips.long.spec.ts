import { formatEvidence } from '@besure/protocol';
import { describe, expect, it } from 'vitest';
import { scene } from './contract/case-tools.js';
import { EVIDENCE_CASES } from './contract/cases.js';
import { Network } from './contract/network.js';
import { nodePrimitives as primitives } from './contract/node-primitives.js';
import { verify } from './verify.js';

const complete = new Network();
const threeHubs = scene({ network: { hubs: 3 }, show: ['event', 'time'] });
const stamped = EVIDENCE_CASES.find(({ name }) => name === 'time-stamped')!.make();

/** With which bits of each byte: every one takes minutes, so of further files it is one of each byte, in turn. */
const FILES: readonly (readonly [name: string, file: string, trust: string, bits: 'all' | 'one'])[] = [
  ['complete evidence', complete.completeFile(), complete.trust, 'all'],
  [
    'evidence under three hubs, half of it hidden',
    formatEvidence(threeHubs.evidence),
    threeHubs.network.trust,
    'one',
  ],
  ['evidence that archives confirmed too, time-stamped', stamped.evidence, stamped.trust, 'one'],
];
const INSERTED = new TextEncoder().encode(' 0A\n="~/');

describe.each(FILES)('of %s', (_, file, trust, bits) => {
  const bytes = new TextEncoder().encode(file);
  const decoder = new TextDecoder();
  const isProven = (changed: Uint8Array): boolean =>
    verify(decoder.decode(changed), trust, { primitives }).result === 'proven';

  it('no bit can be flipped', () => {
    const proven: string[] = [];
    expect(isProven(bytes)).toBe(true);
    const flipped = bytes.slice();
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of bits === 'all' ? [0, 1, 2, 3, 4, 5, 6, 7] : [at % 8]) {
        flipped[at]! ^= 1 << bit;
        if (isProven(flipped)) proven.push(`${at}.${bit}`);
        flipped[at]! ^= 1 << bit;
      }
    }
    expect(proven).toEqual([]);
  });

  it('no byte can be taken out', () => {
    const proven: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      if (isProven(Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + 1)))) proven.push(at);
    }
    expect(proven).toEqual([]);
  });

  it('no byte can be put in', () => {
    const proven: number[] = [];
    for (let at = 0; at <= bytes.length; at++) {
      const byte = INSERTED[at % INSERTED.length]!;
      if (isProven(Uint8Array.of(...bytes.subarray(0, at), byte, ...bytes.subarray(at)))) proven.push(at);
    }
    expect(proven).toEqual([]);
  });
});
