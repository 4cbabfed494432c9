import { encodeBase64url } from '@besure/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CharterError } from '../error.js';
import { type DecisionFile, decisionsIn, formatDecision, parseDecision } from './decision-file.js';

const decision: DecisionFile = {
  proposal: encodeBase64url(new Uint8Array(32).fill(7)),
  checkpoint: 'besure.invalid/rights\n1\n…\n',
  entries: [Uint8Array.of(1, 2, 3), Uint8Array.of(4)],
};

function fieldOf(text: string): string | undefined {
  try {
    parseDecision(text);
  } catch (error) {
    if (error instanceof CharterError) return error.field ?? error.code;
    throw error;
  }
  return undefined;
}

describe('a decision file', () => {
  it('comes back as it was', () => {
    const entries = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 5 });
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.string(),
        entries,
        (id, checkpoint, all) => {
          const one = { proposal: encodeBase64url(id), checkpoint: checkpoint.toWellFormed(), entries: all };
          expect(parseDecision(formatDecision(one))).toEqual(one);
        },
      ),
    );
  });

  it('has one text', () => {
    const text = formatDecision(decision);
    expect(fieldOf(text)).toBeUndefined();
    expect(fieldOf(text.trimEnd())).toBe('json');
    expect(fieldOf(JSON.stringify(JSON.parse(text)))).toBe('json');
    expect(fieldOf(text.replace('"format"', '"proposal": "twice",\n  "format"'))).toBe('json');
    expect(fieldOf('none')).toBe('json');
  });

  it('is the same where those of many proposals are made of one log', () => {
    const { checkpoint, entries } = decision;
    for (const held of [
      { checkpoint, entries },
      { checkpoint: '""', entries: [] },
    ])
      expect(decisionsIn(held)(decision.proposal)).toBe(formatDecision({ ...decision, ...held }));
  });

  it('names what is wrong', () => {
    const text = formatDecision(decision);
    for (const [from, to, field] of [
      ['besure-decision-v1', 'besure-decision-v2', 'format'],
      [decision.proposal, `${decision.proposal}A`, 'proposal'],
      ['"AQID"', '"AQID="', 'entries.0'],
      ['"AQID"', '5', 'entries.0'],
      ['"entries"', '"entrees"', 'entries'],
      ['"format"', '"more": 1,\n  "format"', 'more'],
    ] as const)
      expect([to, fieldOf(text.replace(from, to))]).toEqual([to, field]);
  });
});
