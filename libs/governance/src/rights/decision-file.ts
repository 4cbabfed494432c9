import { decodeBase64, encodeBase64 } from '@besure/protocol';
import { z } from 'zod';
import { CharterError } from '../error.js';
import { formatJson, readBySchema } from '../json.js';
import { hash, object, text } from '../values.js';

/** The most characters of a file: of tens of thousands of notes. */
const MAX_LENGTH = 100_000_000;

/** A decision with all that it follows from: the log of rights up to a checkpoint that covers it. */
export interface DecisionFile {
  /** The identity of the proposal. */
  readonly proposal: string;
  /** The note, with the signatures of a quorum. */
  readonly checkpoint: string;
  readonly entries: readonly Uint8Array[];
}

const schema = object({
  format: z.literal('besure-decision-v1', { error: 'must be besure-decision-v1' }),
  proposal: hash,
  checkpoint: z.string({ error: 'must be a checkpoint' }),
  entries: z.array(text('must be base64', isBase64), { error: 'must be a list' }),
});

/** The one text of a decision file. */
export function formatDecision({ proposal, checkpoint, entries }: DecisionFile): string {
  const format = 'besure-decision-v1';
  return formatJson({ format, proposal, checkpoint, entries: entries.map(encodeBase64) });
}

/** Reads a decision file: its form, nothing else. Throws CharterError. */
export function parseDecision(file: string): DecisionFile {
  if (file.length > MAX_LENGTH) throw new CharterError('json', 'the text is too long');
  let value: unknown;
  try {
    value = JSON.parse(file);
  } catch (cause) {
    throw new CharterError('json', 'the text is not JSON', { cause });
  }
  const { proposal, checkpoint, entries } = readBySchema(schema, value);
  const decision = { proposal, checkpoint, entries: entries.map(decodeBase64) };
  if (formatDecision(decision) !== file)
    throw new CharterError('json', 'the text is not the one of what it says');
  return decision;
}

function isBase64(value: string): boolean {
  try {
    decodeBase64(value);
    return true;
  } catch {
    return false;
  }
}
