import type { FactsVault, Sealed } from '@besure/keys';
import { CLAIM_NAMES, type Claims, type Sha256, type Statement, openDisclosures } from '@besure/protocol';
import { ArchiveError } from './error.js';

/**
 * Openings as they are kept: sealed, with the keyed hash by which all statements about a message are found; without it where they only wait for
 * the organisation that they are for.
 */
export interface KeptOpenings {
  readonly sealed: Sealed;
  readonly message: Uint8Array | null;
}

/** The keyed hash of a message's identifier. */
export function messageHash(message: string, vault: FactsVault): Uint8Array {
  return vault.keyedHash('message', message);
}

/** The same under every key of the zone, for look-ups. */
export function messageHashes(message: string, vault: FactsVault): Uint8Array[] {
  return vault.keyedHashes('message', message);
}

/**
 * All ten claims of a statement. What is kept for fifty years is checked on the day on which somebody can still be asked.
 *
 * @throws ArchiveError `openings-mismatch`
 */
export function openAll(statement: Statement, disclosures: readonly string[], sha256: Sha256): Claims {
  let claims: Partial<Claims>;
  try {
    claims = openDisclosures(statement, disclosures, sha256);
  } catch (cause) {
    throw new ArchiveError('openings-mismatch', 'the openings do not open the statement', { cause });
  }
  if (!isComplete(claims))
    throw new ArchiveError('openings-mismatch', 'some of the ten claims are not opened');
  return claims;
}

function isComplete(claims: Partial<Claims>): claims is Claims {
  return CLAIM_NAMES.every((name) => claims[name] !== undefined);
}
