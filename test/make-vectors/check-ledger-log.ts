import { createHash } from 'node:crypto';
import { deriveBlocks, type LeafRule, readBlocks, type Slots } from '@besure/ledger-log';
import { parseBlock } from '@besure/ledger-tx';
import { CompactRange, decodeHex, encodeHex, leafHash } from '@besure/protocol';

// What a reader of the leaf rule does with a vector.

type Content = Readonly<Record<string, unknown>>;

interface Input {
  readonly rule: {
    readonly stream: string;
    readonly slots: Slots;
    readonly slotAheadSeconds: number;
    readonly checkpointEvery: number;
    readonly members: readonly {
      readonly id: string;
      readonly ledgerKeys: readonly {
        readonly keyHash: string;
        readonly from: number;
        readonly until: number | null;
      }[];
    }[];
  };
  readonly before: {
    readonly stream: string | null;
    readonly size: number;
    readonly dueSize: number;
    readonly taken: readonly { readonly member: string; readonly slot: number }[];
  };
  readonly blocks: readonly { readonly height: number; readonly hex: string }[];
}

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

/** The rule as a vector holds it. */
export function leafRuleOf(rule: Input['rule']): LeafRule {
  return {
    ...rule,
    streams: { proofs: rule.stream, rights: 'rights' },
    memberAt: (keyHash, height) =>
      rule.members.find(({ ledgerKeys }) =>
        ledgerKeys.some(
          ({ keyHash: known, from, until }) =>
            known === encodeHex(keyHash) && from <= height && (until === null || height < until),
        ),
      )?.id,
  };
}

/** Derives what the blocks of a vector add: an outcome per transaction, and the sizes at which checkpoints are due. */
export function readLedgerLog(content: Content): Content {
  const { rule, before, blocks } = content as unknown as Input;
  const leafRule = leafRuleOf(rule);
  const parsed = blocks.map(({ height, hex }) => ({ height, block: parseBlock(decodeHex(hex), sha256) }));
  const read = readBlocks(leafRule, { proofs: before.stream, rights: null }, parsed, sha256);
  const derived = deriveBlocks(leafRule, { ...before, streams: read.streams }, read, (member, slot) =>
    before.taken.some((one) => one.member === member && one.slot === slot),
  );
  const range = new CompactRange(sha256);
  const fromStart = before.size === 0;
  const checkpoints: object[] = [];
  for (const { height, leaves, size, isDue } of derived.blocks) {
    for (const { entry } of leaves) range.append(leafHash(entry, sha256));
    if (isDue) checkpoints.push({ height, size, ...(fromStart && { root: encodeHex(range.root()) }) });
  }
  const outcomes = derived.blocks.map((block) =>
    block.outcomes.map((outcome) => ('skip' in outcome ? outcome : { entry: encodeHex(outcome.entry) })),
  );
  return { outcomes, checkpoints };
}
