import type { FactsVault } from '@besure/keys';
import { type Claims, encodeBase64url } from '@besure/protocol';

/** The part of the facts vault that makes keyed hashes. */
export type KeyedHasher = Pick<FactsVault, 'keyedHash'>;

/** What two statements must not share: at most one per (issuer, message, event, corrects). */
export function uniquenessOf(hasher: KeyedHasher, issuer: string, claims: Claims): string {
  return encodeBase64url(
    hasher.keyedHash('statement', JSON.stringify([issuer, claims.message, claims.event, claims.corrects])),
  );
}

/** What a statement and the exchange's own record of the same event share. */
export function lookupOf(hasher: KeyedHasher, claims: Claims): string {
  return encodeBase64url(
    hasher.keyedHash('record', JSON.stringify([claims.message, claims.event, claims.corrects])),
  );
}
