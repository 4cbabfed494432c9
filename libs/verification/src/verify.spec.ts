import { formatEvidence } from '@besure/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVerdictCode } from './codes.js';
import { scene } from './contract/case-tools.js';
import { EVIDENCE_CASES } from './contract/cases.js';
import { DOCUMENT, Network } from './contract/network.js';
import { nodePrimitives as primitives } from './contract/node-primitives.js';
import { noblePrimitives } from './noble.js';
import { CHECK_NAMES, type Verdict } from './verdict.js';
import { verify } from './verify.js';

const network = new Network();
const file = network.completeFile();
const { trust } = network;

function caseOf(name: string): Verdict {
  const { evidence, trust: itsTrust } = EVIDENCE_CASES.find((one) => one.name === name)!.make();
  return verify(evidence, itsTrust, { primitives });
}

describe('the verdict on complete evidence', () => {
  const verdict = verify(file, trust, { document: DOCUMENT, primitives });

  it('says all that is proven', () => {
    expect(verdict).toMatchObject({
      result: 'proven',
      code: 'proven',
      statedBy: 'alpha',
      agreedBy: 'exchange',
      claims: { ...network.claims() },
      hidden: [],
      claimedTime: '2026-11-22T18:21:00.123Z',
      recordedTime: '2026-11-22T18:25:30Z',
      agreedTime: '2026-11-22T18:25:30Z',
      agreedWithinSeconds: 60,
      assurance: 'one-hub',
      late: false,
      oneSided: false,
      evidenceId: network.statement().id,
      compromised: [],
      parties: { operators: 1, groups: 0 },
      quorum: { operators: 1, groups: 0 },
      names: { alpha: 'Alpha Social Services', beta: 'Beta Tax Administration', exchange: 'Example eBox' },
    });
    expect(verdict.recordings.map(({ by, slot, height, hubs }) => ({ by, slot, height, hubs }))).toEqual([
      { by: 'alpha', slot: 1100, height: 4711, hubs: ['hub-1'] },
      { by: 'exchange', slot: 1100, height: 4711, hubs: ['hub-1'] },
    ]);
  });

  it('lists every check, in the fixed order', () => {
    // A trust file of version 0 has no age.
    const names = CHECK_NAMES.filter((name) => name !== 'trust-age');
    expect(verdict.checks).toEqual(names.map((name) => ({ name, ok: true })));
  });

  it('is the same by other primitives', () => {
    expect(verify(file, trust, { document: DOCUMENT, primitives: noblePrimitives })).toEqual(verdict);
  });
});

describe('the verdict', () => {
  it('says nothing of what a bad file says', () => {
    const verdict = verify(file.replace('"slot": 1100', '"slot": 1101'), trust, { primitives });
    expect(verdict).toMatchObject({
      result: 'bad',
      code: 'not-in-log',
      statedBy: null,
      agreedBy: null,
      evidenceId: null,
    });
    expect(Object.values(verdict.claims).every((value) => value === null)).toBe(true);
    expect(verdict.checks.at(-1)).toEqual({ name: 'issuer-recording', ok: false });
    expect(verdict.checks.slice(0, -1).every(({ ok }) => ok)).toBe(true);
  });

  it('lists hidden claims and shows them as null', () => {
    const verdict = caseOf('facts-without-document');
    expect(verdict.hidden).toEqual(['reason', 'message', 'document', 'corrects']);
    expect(verdict.claims).toMatchObject({ document: null, message: null, sender_org: 'alpha' });
    expect(verdict.checks.map(({ name }) => name)).not.toContain('document');
  });

  it('tells since when the agreement exists, where it came later', () => {
    const verdict = caseOf('agreed-later');
    expect(verdict).toMatchObject({
      recordedTime: '2026-11-22T18:25:30Z',
      agreedTime: '2026-11-22T18:40:30Z',
      oneSided: false,
    });
    expect(verdict.recordings.map(({ countersigned }) => countersigned)).toEqual([false, true]);
  });

  it('takes as recorded time the moment at which the quorum was reached, not the first or last', () => {
    const at = (times: Record<string, number>): string | null => {
      const { evidence, network: three } = scene({ network: { hubs: 3 }, lines: (net) => net.lines(times) });
      return verify(formatEvidence(evidence), three.trust, { primitives }).recordedTime;
    };
    expect(at({ 'hub-1': 1_795_371_930, 'hub-2': 1_795_371_950, 'hub-3': 1_795_371_990 })).toBe(
      '2026-11-22T18:25:50Z',
    );
    // One hub with a wrong clock moves nothing, neither back nor forth.
    expect(at({ 'hub-1': 1_695_371_930, 'hub-2': 1_795_371_950, 'hub-3': 1_795_371_990 })).toBe(
      '2026-11-22T18:25:50Z',
    );
    expect(at({ 'hub-1': 1_895_371_930, 'hub-2': 1_795_371_950, 'hub-3': 1_795_371_990 })).toBe(
      '2026-11-22T18:26:30Z',
    );
  });

  it('takes the time of an authority outside the circle where that is earlier, and tells both', () => {
    const { recordedTime, recordings } = caseOf('time-stamped-before-the-quorum');
    expect(recordedTime).toBe('2026-11-22T18:25:31Z');
    expect(recordings[0]?.timeStamp).toEqual({
      time: '2026-11-22T18:25:31Z',
      authority: 'Example time stamps',
    });
    const later = caseOf('time-stamped');
    expect(later).toMatchObject({ recordedTime: '2026-11-22T18:25:34Z', assurance: 'time-stamped' });
    expect(later.recordings[0]?.timeStamp?.time).toBe('2026-11-23T18:25:34Z');
  });

  it('attack: an item is held back, and was stamped in a tree of its owner’s making', () => {
    expect(caseOf('time-stamped-in-a-self-made-tree')).toMatchObject({
      code: 'late',
      recordedTime: '2027-11-22T18:25:34Z',
      assurance: 'time-stamped',
    });
  });

  it('is bad, with a code of its own, under a trust file that cannot be used', () => {
    for (const bad of [
      '',
      '{}',
      trust.replace('besure-trust-v0', 'besure-trust-v1'),
      trust.replace('"hubs": 1', '"hubs": 2'),
    ]) {
      expect(verify(file, bad, { primitives })).toMatchObject({
        result: 'bad',
        code: 'trust-malformed',
        checks: [{ name: 'trust', ok: false }],
      });
    }
  });

  it('is bad when the primitives break, whatever breaks', () => {
    const breaks = (): never => {
      throw new Error('broken');
    };
    // No verdict depends on Ed25519: nothing in evidence is signed by it.
    for (const name of Object.keys(primitives).filter((one) => one !== 'verifyEd25519')) {
      const verdict = verify(file, trust, {
        document: DOCUMENT,
        primitives: { ...primitives, [name]: breaks },
      });
      expect(verdict.result).toBe('bad');
    }
    const broken = { ...primitives, sha3_512: breaks };
    expect(verify(file, trust, { document: DOCUMENT, primitives: broken }).code).toBe('unverifiable');
  });

  it('asks nothing of Ed25519, of which libraries disagree', () => {
    const breaks = (): never => {
      throw new Error('broken');
    };
    const without = { ...primitives, verifyEd25519: breaks };
    expect(verify(file, trust, { primitives: without }).result).toBe('proven');
  });

  it('quotes nothing that could move the cursor of a terminal', () => {
    const { message } = verify(file.replace('"by": "alpha"', '"by": "\u009b2J\u202e"'), trust, {
      primitives,
    });
    expect(message).toMatch(/^[ -~]+$/);
  });

  it('knows slots shorter than a second', () => {
    const fast = new Network({ slotMillis: 250 });
    expect(verify(fast.completeFile(), fast.trust, { primitives }).code).toBe('proven');
  });
});

describe('whatever is handed in', () => {
  const answers = (evidence: string, itsTrust = trust): boolean => {
    const verdict = verify(evidence, itsTrust, { primitives });
    expect(isVerdictCode(verdict.code)).toBe(true);
    return verdict.result === 'proven';
  };

  it('there is a verdict, and it is not proven', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (text) => {
        expect(answers(text)).toBe(false);
        expect(answers(file, text)).toBe(false);
      }),
      { numRuns: 200 },
    );
    expect(answers('['.repeat(900_000))).toBe(false);
    expect(answers(' '.repeat(3_000_000))).toBe(false);
  });

  it('evidence with a piece cut out, doubled or put elsewhere is not proven', () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 200 }), fc.nat(2), (at, length, how) => {
        const piece = file.slice(at, at + length);
        const without = file.slice(0, at) + file.slice(at + length);
        const other =
          how === 0 ? without : how === 1 ? file.slice(0, at) + piece + file.slice(at) : without + piece;
        fc.pre(other !== file);
        expect(answers(other)).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  it('evidence with any bit flipped is not proven', { timeout: 60_000 }, () => {
    const bytes = new TextEncoder().encode(file);
    const proven = (at: number, bit: number): boolean => {
      const flipped = bytes.slice();
      flipped[at]! ^= 1 << bit;
      // As a lenient reader would hand it in: what is not UTF-8 becomes U+FFFD.
      return answers(new TextDecoder().decode(flipped));
    };
    expect(answers(file)).toBe(true);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        expect(proven(at, bit)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
