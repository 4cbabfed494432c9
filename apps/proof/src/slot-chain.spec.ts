import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type SlotChain,
  type SlotSigned,
  concernsInput,
  evolveSlotChain,
  initialSlotChain,
  judgeRefusal,
  mayClose,
} from './slot-chain.js';

function signed(slot: number, on: string, type: SlotSigned['type'] = 'SlotSigned', suffix = ''): SlotSigned {
  const txid = `tx-${slot}${suffix}`;
  return {
    type,
    slot,
    root: `root-${slot}`,
    input: { txid: on, vout: 1 },
    txid,
    raw: `raw-${slot}${suffix}`,
    change: { txid, vout: 1, script: '76a9' },
  };
}

describe('the chain of slots', () => {
  const three = [signed(7, 'first'), signed(8, 'tx-7'), signed(10, 'tx-8')].reduce(
    evolveSlotChain,
    initialSlotChain,
  );

  it('goes on from the change of the last item', () => {
    expect(three.tip?.txid).toBe('tx-10');
    expect(three.pending.map((one) => one.slot)).toEqual([7, 8, 10]);
  });

  it('never closes a slot twice and never goes back to a missed one', () => {
    expect([7, 9, 10, 11].map((slot) => mayClose(three, slot))).toEqual([false, false, false, true]);
    expect(mayClose(initialSlotChain, 0)).toBe(true);
  });

  it('keeps the root when it signs again on another input', () => {
    const again = evolveSlotChain(three, signed(8, 'other', 'SlotSignedAgain', 'b'));
    expect(again.pending.map((one) => [one.slot, one.root, one.txid])).toEqual([
      [7, 'root-7', 'tx-7'],
      [8, 'root-8', 'tx-8b'],
      [10, 'root-10', 'tx-10'],
    ]);
    expect(again.lastSlot).toBe(10);
  });

  it('forgets a slot that is final, and only that one', () => {
    expect(
      evolveSlotChain(three, { type: 'SlotFinal', slot: 8, leaf: 3 }).pending.map((one) => one.slot),
    ).toEqual([7, 10]);
  });

  it('takes a refusal for time where the ledger shows a later output of the chain', () => {
    const outputs = [{ txid: 'tx-10', vout: 1, script: '' }];
    expect(judgeRefusal(three.pending, three.pending[0]!, outputs, []).type).toBe('accepted');
  });

  it('signs again where the ledger only shows an output that the chain does not know', () => {
    const foreign = { txid: 'changed-by-a-miner', vout: 1, script: '76a9' };
    expect(judgeRefusal(three.pending, three.pending[1]!, [foreign], [])).toEqual({
      type: 'void',
      input: foreign,
    });
    expect(judgeRefusal(three.pending, three.pending[1]!, [], []).type).toBe('nothing');
  });

  it('does not take the output of an earlier transaction for acceptance of a later one', () => {
    const earlier = { txid: 'tx-7', vout: 1, script: '76a9' };
    expect(judgeRefusal(three.pending, three.pending[1]!, [earlier], [])).toEqual({
      type: 'void',
      input: earlier,
    });
  });

  it('has nothing to sign again on where only the input that was refused is shown', () => {
    const same = { txid: 'tx-7', vout: 1, script: '76a9' };
    const other = { txid: 'other', vout: 0, script: '76a9' };
    expect(judgeRefusal(three.pending, three.pending[1]!, [same], [same])).toEqual({ type: 'nothing' });
    expect(judgeRefusal(three.pending, three.pending[1]!, [same, other], [same])).toEqual({
      type: 'void',
      input: other,
    });
    expect(['inputs-spent', 'missing-inputs', 'publisher', 'no-permission'].map(concernsInput)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('holds each slot once, in order, whatever was signed again or became final', () => {
    const step = fc.record({ again: fc.boolean(), final: fc.boolean(), gap: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let state: SlotChain = initialSlotChain;
        for (const { again, final, gap } of steps) {
          const slot = (state.lastSlot ?? 0) + gap;
          expect(mayClose(state, slot)).toBe(true);
          state = evolveSlotChain(state, signed(slot, state.tip?.txid ?? 'first'));
          if (again) state = evolveSlotChain(state, signed(slot, 'other', 'SlotSignedAgain', 'b'));
          if (final) state = evolveSlotChain(state, { type: 'SlotFinal', slot, leaf: 0 });
        }
        const slots = state.pending.map((one) => one.slot);
        expect(slots).toEqual([...new Set(slots)].toSorted((a, b) => a - b));
        expect(slots.every((slot) => slot <= (state.lastSlot ?? 0))).toBe(true);
      }),
    );
  });
});
