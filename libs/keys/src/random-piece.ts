import { randomFillSync } from 'node:crypto';

const POOL_LENGTH = 8192;
const pool = new Uint8Array(POOL_LENGTH);
let used = POOL_LENGTH;

/**
 * Some bytes of the system's generator, at most 8192. They are drawn many at a time, because a call costs the same for 16 bytes as for thousands; what was
 * given out stands here no longer.
 */
export function randomPiece(length: number): Uint8Array {
  if (length > POOL_LENGTH) throw new RangeError(`at most ${POOL_LENGTH} random bytes at once`);
  if (used + length > POOL_LENGTH) {
    randomFillSync(pool);
    used = 0;
  }
  const piece = pool.slice(used, used + length);
  pool.fill(0, used, used + length);
  used += length;
  return piece;
}
