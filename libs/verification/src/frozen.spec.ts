import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodePrimitives } from './contract/node-primitives.js';
import { EVIDENCE_VECTORS } from './contract/vector-files.js';
import { disclose } from './disclose.js';
import { noblePrimitives } from './noble.js';
import { verify } from './verify.js';

// Evidence of every version of the format, as a holder has it. It is never written anew: what verified once must
// verify for fifty years, with the same answer.
const FROZEN = `${EVIDENCE_VECTORS}/frozen`;

describe.each(readdirSync(FROZEN))('frozen evidence %s', (version) => {
  const read = (file: string): Buffer => readFileSync(`${FROZEN}/${version}/${file}`);
  const evidence = read('evidence.json').toString('utf8');
  const trust = read('trust.json').toString('utf8');
  const document = new Uint8Array(read('document.pdf'));
  const verdict = JSON.parse(read('verdict.json').toString('utf8')) as object;

  it.each([nodePrimitives, noblePrimitives])('still gets its verdict', (primitives) => {
    expect(verify(evidence, trust, { document, primitives })).toMatchObject(verdict);
  });

  it('can still be disclosed in part', () => {
    const part = disclose(evidence, ['event', 'time'], nodePrimitives.sha256);
    expect(verify(part, trust, { primitives: nodePrimitives }).result).toBe('proven');
  });
});
