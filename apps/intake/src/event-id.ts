import { randomPiece } from '@besure/keys';

/**
 * An id for an accepted event: a UUID of version 7 (RFC 9562), which begins with the time in milliseconds, so that neighbours in time are
 * neighbours in every index.
 */
export function newEventId(now: number): string {
  const bytes = Buffer.from(randomPiece(16));
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = 0x70 | (bytes.readUInt8(6) & 0x0f);
  bytes[8] = 0x80 | (bytes.readUInt8(8) & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The least id that an event accepted at this moment can have. */
export function firstIdAt(millis: number): string {
  const time = Math.max(0, millis).toString(16).padStart(12, '0').slice(-12);
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** Less than any id, and more than any. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';
export const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
