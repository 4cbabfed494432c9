import type { FactsVault } from '@besure/keys';
import { type Claims, encodeBase64url } from '@besure/protocol';

/** The part of the facts vault that makes keyed hashes. */
export type KeyedHasher = Pick<FactsVault, 'keyedHashes'>;

/** The same hash under every key of the zone, newest first: what is new is kept under the first, what is known may stand under any. */
export type KeyedHashes = readonly [newest: string, ...older: string[]];

/** What two statements must not share: at most one per (issuer, message, event, corrects). */
export function uniquenessOf(hasher: KeyedHasher, issuer: string, claims: Claims): KeyedHashes {
  return hashesOf(hasher, 'statement', [issuer, claims.message, claims.event, claims.corrects]);
}

/** What a statement and the exchange's own record of the same event share. */
export function lookupOf(hasher: KeyedHasher, claims: Claims): KeyedHashes {
  return hashesOf(hasher, 'record', [claims.message, claims.event, claims.corrects]);
}

/** What is known under one of these hashes, the newest first. */
export function firstOf<T>(hashes: KeyedHashes, known: ReadonlyMap<string, T>): T | undefined {
  const found = hashes.find((hash) => known.has(hash));
  return found === undefined ? undefined : known.get(found);
}

function hashesOf(hasher: KeyedHasher, label: string, parts: readonly (string | null)[]): KeyedHashes {
  const [newest, ...older] = hasher.keyedHashes(label, JSON.stringify(parts)).map(encodeBase64url);
  // A vault has at least one key.
  return [newest!, ...older];
}
