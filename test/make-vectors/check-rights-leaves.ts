import { createHash } from 'node:crypto';
import { deriveRights } from '@besure/ledger-log';
import { parseBlock } from '@besure/ledger-tx';
import { CompactRange, decodeHex, encodeHex, leafHash } from '@besure/protocol';

type Content = Readonly<Record<string, unknown>>;

interface Input {
  readonly rule: { readonly stream: string; readonly checkpointEvery: number };
  readonly before: { readonly stream: string | null; readonly size: number; readonly dueSize: number };
  readonly blocks: readonly { readonly height: number; readonly hex: string }[];
}

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

/** Derives what the blocks of a vector add to the log of rights. */
export function readRightsLeaves(content: Content): Content {
  const { rule, before, blocks } = content as unknown as Input;
  const derived = deriveRights(
    { streams: { proofs: 'proofs', rights: rule.stream }, checkpointEvery: rule.checkpointEvery },
    { ...before, streams: { proofs: null, rights: before.stream } },
    blocks.map(({ height, hex }) => ({ height, block: parseBlock(decodeHex(hex), sha256) })),
    sha256,
  );
  const range = new CompactRange(sha256);
  const checkpoints: object[] = [];
  for (const { height, entries, size, isDue } of derived.blocks) {
    for (const entry of entries) range.append(leafHash(entry, sha256));
    if (isDue)
      checkpoints.push({ height, size, ...(before.size === 0 && { root: encodeHex(range.root()) }) });
  }
  const outcomes = derived.blocks.map((block) =>
    block.outcomes.map((outcome) => ('skip' in outcome ? outcome : { entry: encodeHex(outcome.entry) })),
  );
  return { outcomes, checkpoints };
}
