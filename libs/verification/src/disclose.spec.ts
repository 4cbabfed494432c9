import { CLAIM_NAMES, type ClaimName, parseEvidence, splitSdJwt } from '@besure/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Network } from './contract/network.js';
import { nodePrimitives as primitives } from './contract/node-primitives.js';
import { disclose, shownClaimNames } from './disclose.js';
import { DisclosureError, type DisclosureErrorCode } from './error.js';
import { verify } from './verify.js';

const network = new Network();
const file = network.completeFile();
const { sha256 } = primitives;

function codeOf(run: () => unknown): DisclosureErrorCode | 'none' {
  try {
    run();
  } catch (error) {
    if (error instanceof DisclosureError) return error.code;
    throw error;
  }
  return 'none';
}

describe('disclose', () => {
  it('keeps any subset, which stays proven and shows nothing else', () => {
    fc.assert(
      fc.property(fc.subarray([...CLAIM_NAMES]), (show: ClaimName[]) => {
        const part = disclose(file, show, sha256);
        const verdict = verify(part, network.trust, { primitives });
        expect(verdict.result).toBe('proven');
        expect(verdict.hidden).toEqual(CLAIM_NAMES.filter((name) => !show.includes(name)));
        expect(shownClaimNames(part, sha256)).toEqual(show);
      }),
      { numRuns: 40 },
    );
  });

  it('takes names in any order and twice, and always writes the same text', () => {
    const part = disclose(file, ['time', 'event'], sha256);
    expect(disclose(file, ['event', 'time', 'event'], sha256)).toBe(part);
    expect(disclose(disclose(file, ['event', 'time', 'document'], sha256), ['event', 'time'], sha256)).toBe(
      part,
    );
    expect(disclose(file, CLAIM_NAMES, sha256)).toBe(file);
  });

  it('leaves no trace of what it hides', () => {
    const { disclosures } = splitSdJwt(parseEvidence(file).statement);
    const part = disclose(file, ['event'], sha256);
    const left = disclosures.filter((disclosure) => part.includes(disclosure));
    expect(left).toEqual([disclosures[0]]);
    expect(part).not.toContain('0123.456.789');
  });

  it('refuses a claim that is hidden already, one that there is not, and what is no evidence', () => {
    const part = disclose(file, ['event', 'time'], sha256);
    expect(codeOf(() => disclose(part, ['document'], sha256))).toBe('claim-hidden');
    expect(codeOf(() => disclose(part, ['remark'], sha256))).toBe('claim-unknown');
    expect(codeOf(() => disclose(part, ['__proto__'], sha256))).toBe('claim-unknown');
    expect(codeOf(() => disclose('{}', ['event'], sha256))).toBe('evidence-malformed');
    expect(codeOf(() => disclose(file.replace('~', '~A'), ['event'], sha256))).toBe('evidence-malformed');
  });
});
