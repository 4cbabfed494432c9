import { encodeHex, parseRightsEntry, readRightsItem, utf8Decode } from '@besure/protocol';
import { z } from 'zod';
import type { BoardView } from './rights-view.js';

/** So many entries at once. */
export const MAX_HISTORY = 100;

export const historySchema = z.object({
  entries: z.array(
    z.object({
      index: z.int(),
      height: z.int(),
      time: z.int().describe('Of the block, in seconds since 1970.'),
      publisher: z.string().describe('HASH160 of the key of the hub that carried it, hexadecimal.'),
      kind: z.enum(['charter', 'note']),
      outcome: z.union([
        z.object({ did: z.enum(['founded', 'proposed', 'voted', 'withdrew']), id: z.string() }),
        z.object({ refused: z.string(), rule: z.string(), field: z.string().nullable() }),
      ]),
      note: z
        .string()
        .nullable()
        .describe(
          'The id of the note, as it was answered when it was handed in; null for a charter and for what is no note.',
        ),
      signed: z.string().nullable().describe('The signed note; null for a charter and for what is no text.'),
    }),
  ),
  next: z.int().nullable().describe('Where the next page begins; null where nothing follows now.'),
});

/** Entries from one on, each with what it did. */
export function historyAnswer({ followed, notes }: BoardView, from: number): z.infer<typeof historySchema> {
  const page = followed.entries.slice(from, from + MAX_HISTORY);
  const next = from + page.length;
  return {
    entries: page.map((bytes, i) => {
      const { publisher, height, time, item } = parseRightsEntry(bytes);
      const { kind, content } = readRightsItem(item);
      return {
        index: from + i,
        height,
        time,
        publisher: encodeHex(publisher),
        kind,
        outcome: followed.outcomes[from + i]!,
        note: notes[from + i]?.id ?? null,
        signed: kind === 'note' ? textOf(content) : null,
      };
    }),
    next: next < followed.size ? next : null,
  };
}

function textOf(content: Uint8Array): string | null {
  try {
    return utf8Decode(content);
  } catch {
    return null;
  }
}
