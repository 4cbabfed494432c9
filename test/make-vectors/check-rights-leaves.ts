import { createHash } from 'node:crypto';
import { deriveRights, type RightsLogState, type UsedRoom } from '@besure/ledger-log';
import { parseBlock } from '@besure/ledger-tx';
import { CompactRange, decodeHex, encodeHex, leafHash } from '@besure/protocol';

type Content = Readonly<Record<string, unknown>>;

interface Input {
  readonly rule: {
    readonly stream: string;
    readonly checkpointEvery: number;
    readonly nodes?: readonly string[];
  };
  readonly before: {
    readonly stream: string | null;
    readonly size: number;
    readonly dueSize: number;
    readonly rooms?: Readonly<Record<string, UsedRoom>>;
  };
  readonly blocks: readonly { readonly height: number; readonly hex: string }[];
}

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

/** Derives what the blocks of a vector add to the log of rights. */
export function readRightsLeaves(content: Content): Content {
  const { rule, before, blocks } = content as unknown as Input;
  const { stream, checkpointEvery, nodes = [] } = rule;
  const { size, dueSize, rooms = {} } = before;
  let state: RightsLogState = {
    streams: { proofs: null, rights: before.stream },
    ...{ size, dueSize, rooms: new Map(Object.entries(rooms)) },
  };
  const derived = blocks.map(({ height, hex }) => {
    const one = deriveRights(
      {
        streams: { proofs: 'proofs', rights: stream },
        checkpointEvery,
        isNode: (publisher) => nodes.includes(publisher),
      },
      state,
      { height, block: parseBlock(decodeHex(hex), sha256) },
      sha256,
    );
    ({ state } = one);
    return one;
  });
  const range = new CompactRange(sha256);
  const checkpoints: object[] = [];
  for (const { height, entries, state: after, isDue } of derived) {
    for (const entry of entries) range.append(leafHash(entry, sha256));
    if (isDue)
      checkpoints.push({
        height,
        size: after.size,
        ...(before.size === 0 && { root: encodeHex(range.root()) }),
      });
  }
  const outcomes = derived.map((block) =>
    block.outcomes.map((outcome) =>
      'skip' in outcome ? { skip: outcome.skip } : { entry: encodeHex(outcome.entry) },
    ),
  );
  return { outcomes, checkpoints };
}
