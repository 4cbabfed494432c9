import { decodeBase64, encodeBase64 } from '@besure/protocol';
import { z } from 'zod';
import { CharterError } from './error.js';
import { formatJson, readBySchema } from './json.js';
import { text } from './values.js';

/** The most characters of a file that holds a log of rights: of tens of thousands of notes. */
const MAX_LENGTH = 100_000_000;

/** A log of rights up to a checkpoint. */
export interface HeldRights {
  /** The note, with the signatures of a quorum. */
  readonly checkpoint: string;
  readonly entries: readonly Uint8Array[];
}

/** The members of a file by which it holds a log of rights. */
export const heldRightsShape = {
  checkpoint: z.string({ error: 'must be a checkpoint' }),
  entries: z.array(text('must be base64', isBase64), { error: 'must be a list' }),
};

/** As such a file has it. */
export function encodeHeldRights({ checkpoint, entries }: HeldRights): z.output<typeof held> {
  return { checkpoint, entries: entries.map(encodeBase64) };
}

/** As it stands in such a file. */
export function decodeHeldRights({ checkpoint, entries }: z.output<typeof held>): HeldRights {
  return { checkpoint, entries: entries.map(decodeBase64) };
}

const held = z.object(heldRightsShape);

/** The value of a file that has one text only, as `formatJson` writes it, by a schema. Throws CharterError. */
export function parseOneText<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> {
  if (file.length > MAX_LENGTH) throw new CharterError('json', 'the text is too long');
  let given: unknown;
  try {
    given = JSON.parse(file);
  } catch (cause) {
    throw new CharterError('json', 'the text is not JSON', { cause });
  }
  const value = readBySchema(schema, given);
  // Reading puts the members in the order of the schema.
  if (formatJson(value) !== file) throw new CharterError('json', 'the text is not the one of what it says');
  return value;
}

function isBase64(value: string): boolean {
  try {
    decodeBase64(value);
    return true;
  } catch {
    return false;
  }
}
