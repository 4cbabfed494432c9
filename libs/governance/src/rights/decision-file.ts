import { z } from 'zod';
import { formatJson } from '../json.js';
import {
  decodeHeldRights,
  encodeHeldRights,
  type HeldRights,
  heldRightsShape,
  parseOneText,
} from '../log-file.js';
import { hash, object } from '../values.js';

/** A decision with all that it follows from: the log of rights up to a checkpoint that covers it. */
export interface DecisionFile extends HeldRights {
  /** The identity of the proposal. */
  readonly proposal: string;
}

const format = 'besure-decision-v1';
const schema = object({
  format: z.literal(format, { error: `must be ${format}` }),
  proposal: hash,
  ...heldRightsShape,
});

/** The one text of a decision file. */
export function formatDecision({ proposal, ...held }: DecisionFile): string {
  return formatJson({ format, proposal, ...encodeHeldRights(held) });
}

/** Reads a decision file: its form, nothing else. Throws CharterError. */
export function parseDecision(file: string): DecisionFile {
  const { proposal, ...held } = parseOneText(file, schema);
  return { proposal, ...decodeHeldRights(held) };
}
