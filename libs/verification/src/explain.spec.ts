import { formatEvidence } from '@besure/protocol';
import { describe, expect, it } from 'vitest';
import { UNACCEPTABLE_CODES } from './codes.js';
import { EVIDENCE_CASES } from './contract/cases.js';
import { DOCUMENT, Network } from './contract/network.js';
import { nodePrimitives as primitives } from './contract/node-primitives.js';
import { explain } from './explain.js';
import { verify } from './verify.js';

function explained(name: string): string {
  const { evidence, trust, document } = EVIDENCE_CASES.find((one) => one.name === name)!.make();
  return explain(verify(evidence, trust, { primitives, ...(document === undefined ? {} : { document }) }));
}

const JARGON = /merkle|hash|quorum|cosign|checkpoint|leaf|node|ledger|trust file|null|undefined|\bhub/i;

function isUnacceptable(code: string): boolean {
  return (UNACCEPTABLE_CODES as readonly string[]).includes(code);
}

describe('the explanation', () => {
  it('of complete evidence begins with the sentence that matters', () => {
    const [title, , sentence] = explained('complete').split('\n');
    expect(title).toBe('PROVEN');
    expect(sentence).toBe(
      'Alpha Social Services ("alpha") stated that a document was accepted for sending, and so was sent: from 0123.456.789,' +
        ' to 85.07.30-033.28, on 22 November 2026 at 18:21:00.123 UTC. Example eBox ("exchange") agreed.' +
        ' This has been on record since 22 November 2026 at 18:25:30 UTC at the latest.',
    );
  });

  it('keeps what was stated apart from what is certain, and says what it rests on', () => {
    const text = explained('complete');
    expect(text).toContain(
      'Stated moment: 22 November 2026 at 18:21:00.123 UTC. This is what Alpha Social Services',
    );
    expect(text).toContain('Existed by: 22 November 2026 at 18:25:30 UTC.');
    expect(text).toContain('lies at most 60 seconds from the stated one');
    expect(text).toContain('is that very document, to the last byte');
    expect(text).toContain('That moment could be wrong only if that operator gave a wrong one.');
    expect(explained('three-hubs')).toContain(
      'confirmed by 3 of the 3 operators of the shared register, each from its own copy',
    );
    expect(explained('three-hubs')).toContain('only if 2 of these operators gave a wrong one together');
  });

  it('names what stays hidden, in words', () => {
    expect(explained('facts-without-document')).toContain(
      'chose not to show: the reason, if there is one, the message number, which document it is about and whether it corrects an earlier statement.',
    );
    expect(explained('nothing-shown')).toContain(
      'something happened to a document (what it was is not shown)',
    );
  });

  it('does not compare a document that was not handed in', () => {
    const network = new Network();
    const verdict = verify(network.completeFile(), network.trust, { primitives });
    expect(explain(verdict)).toContain('was not handed in for this verification, and so was not compared');
    const hidden = verify(formatEvidence(network.complete(['event'])), network.trust, {
      primitives,
      document: DOCUMENT,
    });
    expect(explain(hidden)).not.toContain('to the last byte');
  });

  it('of evidence that is not acceptable says why, and that it is genuine', () => {
    const text = explained('one-sided');
    expect(text).toContain('GENUINE, BUT NOT ACCEPTABLE UNDER THE GIVEN RULES');
    expect(text).toContain('The exchange did not countersign: only the issuer says so.');
    expect(text).toContain('Not agreed by the exchange');
    expect(text).toContain('of the issuer alone.');
    expect(text).not.toContain('("exchange")');
    expect(explained('late')).toContain('the statement is late');
    expect(explained('no-cosignature')).toContain(
      'There is no moment since which the statement provably exists',
    );
  });

  it('says who watched, and who would have to lie together', () => {
    const text = explained('hub-and-two-archives');
    expect(text).toContain(
      'was confirmed by the one operator of the shared register, and by 2 of the 3 organisations that watch it and would notice',
    );
    expect(text).toContain('only if that operator and 2 of these organisations gave a wrong one together.');
    const one = explained('two-operators');
    expect(one).toContain('by 2 of the 2 operators of the shared register, each from its own copy');
    expect(one).toContain('only if 2 of these operators gave a wrong one together.');
  });

  it('says who outside the circle saw it, once for each time', () => {
    const [first, ...more] = explained('both-time-stamped')
      .split('\n')
      .filter((line) => line.includes('time-stamping authority'));
    expect(first).toContain('(Example time stamps) confirmed that the entry stood in it on 23 November 2026');
    expect(more).toEqual([]);
    expect(explained('complete')).not.toContain('time-stamping authority');
  });

  it('does not call genuine what someone else may have made', () => {
    const text = explained('key-compromised-before-recording');
    expect(text).not.toMatch(/genuine/i);
    expect(text).toContain(
      'The key in question is that of Alpha Social Services ("alpha"): someone else may have signed',
    );
    expect(explained('exchange-key-compromised')).toContain('is that of Example eBox ("exchange")');
    expect(explained('algorithm-ended')).not.toMatch(/genuine/i);
  });

  it('of a bad file says nothing of what the file says', () => {
    const text = explained('other-slot');
    expect(text).toContain('THIS FILE PROVES NOTHING');
    expect(text).not.toMatch(/alpha|Alpha|msg-2026|0123/);
  });

  it('needs no word of the trade', () => {
    for (const { name } of EVIDENCE_CASES.filter(({ code }) => code === 'proven' || isUnacceptable(code))) {
      expect(explained(name)).not.toMatch(JARGON);
    }
  });
});
