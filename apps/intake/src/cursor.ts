import type { FactsVault } from '@besure/keys';
import type { Place } from './walk.js';

const [EVENT_LENGTH, HASH_LENGTH, SEAL_LENGTH] = [16, 32, 16];

/** A place as text that a client hands back: sealed, together with the question, so that it fits no other one and none can be made up. */
export function cursorOf({ event, hash }: Place, question: string, vault: FactsVault): string {
  const place = Buffer.concat([Buffer.from(event.replaceAll('-', ''), 'hex'), hash]);
  return Buffer.concat([place, sealsOf(place, question, vault)[0]!]).toString('base64url');
}

/** The place that a cursor tells; null where it is not a cursor of ours to this question. */
export function placeOf(cursor: string, question: string, vault: FactsVault): Place | null {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.toString('base64url') !== cursor || bytes.length !== EVENT_LENGTH + HASH_LENGTH + SEAL_LENGTH)
    return null;
  const place = bytes.subarray(0, -SEAL_LENGTH);
  const seal = bytes.subarray(-SEAL_LENGTH);
  if (!sealsOf(place, question, vault).some((one) => one.equals(seal))) return null;
  return { event: uuid(place.toString('hex', 0, EVENT_LENGTH)), hash: place.subarray(EVENT_LENGTH) };
}

function sealsOf(place: Buffer, question: string, vault: FactsVault): Buffer[] {
  const text = JSON.stringify([place.toString('hex'), question]);
  return vault.keyedHashes('cursor', text).map((hash) => Buffer.from(hash).subarray(0, SEAL_LENGTH));
}

function uuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
