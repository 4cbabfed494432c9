import type { CountersignVerdict } from '@besure/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Undecided, decideStatement } from './statement-states.js';

const DEADLINE = 10_000;
const fresh: Undecided = { state: 'prepared', preparedAt: 1000, attempts: 0, inSlot: false };

describe('what becomes of a statement', () => {
  it('is countersigned by a countersignature, late where it was recorded alone before', () => {
    const verdict: CountersignVerdict = { verdict: 'countersigned', countersignature: 'c' };
    expect(decideStatement(fresh, verdict, 2000, DEADLINE)).toEqual({
      type: 'countersigned',
      countersignature: 'c',
      late: false,
    });
    const recorded: Undecided = { ...fresh, state: 'one-sided', inSlot: true };
    expect(decideStatement(recorded, verdict, 90_000, DEADLINE)).toMatchObject({
      type: 'countersigned',
      late: true,
    });
  });

  it('is one-sided at once in a dispute or after a refusal', () => {
    expect(decideStatement(fresh, { verdict: 'disputed' }, 1001, DEADLINE)).toEqual({
      type: 'one-sided',
      disputed: true,
      why: 'disputed',
    });
    expect(
      decideStatement(fresh, { verdict: 'refused', code: 'bad-signature' }, 1001, DEADLINE),
    ).toMatchObject({
      type: 'one-sided',
      why: 'bad-signature',
    });
  });

  it('waits for a record or an answer until the deadline, not longer', () => {
    expect(decideStatement(fresh, { verdict: 'waiting' }, 10_999, DEADLINE)).toEqual({
      type: 'ask-again',
      at: 11_000,
    });
    expect(decideStatement(fresh, { verdict: 'waiting' }, 11_000, DEADLINE)).toMatchObject({
      type: 'one-sided',
      disputed: false,
      why: 'no-record',
    });
    expect(decideStatement(fresh, null, 11_000, DEADLINE)).toMatchObject({
      type: 'one-sided',
      disputed: false,
      why: 'no-answer',
    });
  });

  it('goes on asking about a one-sided statement, ever more rarely', () => {
    const one: Undecided = { ...fresh, state: 'one-sided', attempts: 20 };
    expect(decideStatement(one, null, 1_000_000, DEADLINE)).toEqual({
      type: 'ask-again',
      at: 1_000_000 + 3_600_000,
    });
  });

  it('never leaves a statement prepared beyond its deadline', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(60), fc.nat(100_000), (now, attempts, deadline) => {
        const decision = decideStatement({ ...fresh, attempts }, { verdict: 'waiting' }, now, deadline);
        if (decision.type === 'ask-again') {
          expect(decision.at).toBeGreaterThan(now);
          expect(decision.at).toBeLessThanOrEqual(fresh.preparedAt + deadline);
        } else {
          expect(now).toBeGreaterThanOrEqual(fresh.preparedAt + deadline);
        }
      }),
    );
  });
});
