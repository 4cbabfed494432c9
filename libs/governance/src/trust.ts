import { type Sha256, utf8Encode } from '@besure/protocol';
import { z } from 'zod';
import { type Charter, readCharter } from './charter.js';
import { charterSchema } from './charter-schema.js';
import { CharterError } from './error.js';
import { formatJson, parseJsonOnce, readBySchema } from './json.js';

/** What a verifier starts from, version 0: the ledger's first block and the charter. Nothing else is trusted. */
export interface Trust {
  readonly format: 'besure-trust-v0';
  /** Hash of the ledger's first block; the same as in the charter. */
  readonly genesis: string;
  readonly charter: Charter;
}

/** The form of a trust file, v0. */
export const trustSchema = z.strictObject(
  {
    format: z.literal('besure-trust-v0', { error: 'must be besure-trust-v0' }),
    genesis: z.string({ error: 'must be a text' }),
    charter: charterSchema,
  },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? 'is not a member of this format' : 'must be an object',
  },
);

/** Reads a trust file. The layout of the text is free, its content is not. Throws CharterError. */
export function parseTrust(text: string): Trust {
  return readTrust(parseJsonOnce(text));
}

/** The one text of a trust file. Throws CharterError when it is none. */
export function formatTrust(trust: Trust): string {
  return formatJson(readTrust(trust));
}

/** The trust file of a charter. */
export function trustOf(charter: Charter): Trust {
  return { format: 'besure-trust-v0', genesis: charter.ledger.genesis, charter };
}

/**
 * What people compare before they trust a file: SHA-256 over genesis hash and charter, each in its one text, with a
 * newline between them.
 */
export function trustFingerprint(trust: Trust, sha256: Sha256): Uint8Array {
  const { genesis, charter } = readTrust(trust);
  return sha256(utf8Encode(`${genesis}\n${formatJson(charter)}`));
}

function readTrust(value: unknown): Trust {
  const { format, genesis, charter } = readBySchema(trustSchema, value);
  const trust = { format, genesis, charter: readCharter(charter) };
  if (genesis !== trust.charter.ledger.genesis) {
    throw new CharterError('genesis', 'must be the genesis hash of the charter', { field: 'genesis' });
  }
  return trust;
}
