import { z } from 'zod';
import { formatJson } from './json.js';
import {
  decodeHeldRights,
  encodeHeldRights,
  type HeldRights,
  heldRightsShape,
  parseOneText,
} from './log-file.js';
import { hex, object } from './values.js';

/** What a verifier starts from, version 1: the name of a network, and its log of rights. */
export interface TrustLog extends HeldRights {
  /** Fingerprint of genesis and first charter, hexadecimal: what people compare. */
  readonly network: string;
}

const format = 'besure-trust-v1';
/** The form of a trust file, v1. */
export const trustLogSchema = object({
  format: z.literal(format, { error: `must be ${format}` }),
  network: hex(32),
  ...heldRightsShape,
});

/** Whether a text is, or wants to be, a trust file of this version: of every one the text begins alike. */
export function isTrustLog(file: string): boolean {
  return file.startsWith(`{\n  "format": "${format}"`);
}

/** The one text of a trust file, v1. */
export function formatTrustLog({ network, ...held }: TrustLog): string {
  return formatJson({ format, network, ...encodeHeldRights(held) });
}

/** Reads a trust file, v1: its form, nothing else. Throws CharterError. */
export function parseTrustLog(file: string): TrustLog {
  const { network, ...held } = parseOneText(file, trustLogSchema);
  return { network, ...decodeHeldRights(held) };
}
