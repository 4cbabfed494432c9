import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BETA,
  changed,
  content,
  free,
  GOOD,
  item,
  SLOT,
  withInput,
  withSignature,
} from './ledger-log-blocks.ts';

/** The entries that a block with these transactions adds, as hexadecimal; `null` for each that is skipped. */
function entriesOf(...transactions: readonly Uint8Array[]): (string | null)[] {
  const { outcomes } = content('A block.', [{ transactions }]) as unknown as {
    readonly outcomes: readonly (readonly { readonly entry?: string }[])[];
  };
  return outcomes[0]!.slice(1).map(({ entry }) => entry ?? null);
}

describe('attack:', () => {
  const good = changed({});
  const [entry] = entriesOf(good);

  it('a miner changes the txid of an item: the entry is the same', () => {
    expect(entry).toMatch(/^42534c01/);
    const sequence = GOOD.inputs.map((input) => ({ ...input, sequence: 7 }));
    const others = [withSignature(73, 1), changed({ inputs: sequence }), changed({ lockTime: 9 })];
    for (const other of others) {
      expect(other).not.toEqual(good);
      expect(entriesOf(other)).toEqual([entry]);
    }
  });

  it('somebody writes nonsense into the ledger: it is skipped, and the log goes on behind it', () => {
    const bytes = fc.uint8Array({ maxLength: 120 });
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        const nonsense = [
          free('nonsense', [first, second]),
          withInput(first),
          changed({ outputs: [{ value: 1n, script: first }, ...GOOD.outputs] }),
        ];
        expect(entriesOf(...nonsense, item(BETA, SLOT))).toEqual([null, null, null, expect.any(String)]);
      }),
      { numRuns: 50 },
    );
  });

  it('a member writes twice for a slot: the first counts, in one block and over several', () => {
    const second = item(BETA, SLOT, 'the second tree');
    expect(entriesOf(item(BETA, SLOT), second)).toEqual([expect.any(String), null]);
    const { outcomes } = content('Two blocks.', [
      { transactions: [item(BETA, SLOT)] },
      { height: 813, transactions: [second] },
    ]) as unknown as { readonly outcomes: readonly (readonly object[])[] };
    expect(outcomes[1]).toEqual([{ skip: 'coinbase' }, { skip: 'slot-taken' }]);
  });
});
