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
/** The form of a decision file. */
export const decisionSchema = object({
  format: z.literal(format, { error: `must be ${format}` }),
  proposal: hash,
  ...heldRightsShape,
});

/** The one text of a decision file. */
export function formatDecision({ proposal, ...held }: DecisionFile): string {
  return formatJson({ format, proposal, ...encodeHeldRights(held) });
}

/** The decision files of proposals in one log: what is long and the same in all of them is written once. */
export function decisionsIn(held: HeldRights): (proposal: string) => string {
  const text = formatDecision({ ...held, proposal: '' });
  const at = text.indexOf('""');
  const [before, after] = [text.slice(0, at), text.slice(at + 2)];
  return (proposal) => `${before}${JSON.stringify(proposal)}${after}`;
}

/** Reads a decision file: its form, nothing else. Throws CharterError. */
export function parseDecision(file: string): DecisionFile {
  const { proposal, ...held } = parseOneText(file, decisionSchema);
  return { proposal, ...decodeHeldRights(held) };
}
