import { LedgerTxError } from './error.js';
import { txidBytes } from './transaction.js';

/** How scripts name a stream: 16 bytes. */
export const ENTITY_LENGTH = 16;

/**
 * The name of a stream in scripts: the first 16 bytes of its creation's txid as shown, reversed.
 * It is not longer than that, so whoever founds a network checks that both its streams have different ones.
 */
export function streamEntity(creationTxid: string): Uint8Array {
  return txidBytes(creationTxid).slice(32 - ENTITY_LENGTH);
}

/** Throws unless these are 16 bytes. */
export function assertEntity(entity: Uint8Array): void {
  if (entity.length !== ENTITY_LENGTH) throw new LedgerTxError('entity', 'a stream is named by 16 bytes');
}
