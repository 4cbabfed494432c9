import { expect, it } from 'vitest';
import { TEST_AUTHORITY } from '../test/authority.ts';
import { TimeStampError } from './error.js';
import { verifyTimeStamp } from './verify.js';

const MESSAGE = Uint8Array.from(Buffer.from('a checkpoint'));
const TOKEN = Uint8Array.from(TEST_AUTHORITY.stamp(MESSAGE, 1_795_348_800));
const AUTHORITIES = [{ certificate: TEST_AUTHORITY.root, from: 0, until: null }];

it('a token does not verify with any one bit of it changed', () => {
  const accepted: number[] = [];
  for (let bit = 0; bit < TOKEN.length * 8; bit++) {
    const other = Uint8Array.from(TOKEN);
    other[bit >> 3]! ^= 1 << (bit & 7);
    try {
      verifyTimeStamp(other, MESSAGE, AUTHORITIES);
      accepted.push(bit);
    } catch (error) {
      if (!(error instanceof TimeStampError)) throw error;
    }
  }
  expect(accepted).toEqual([]);
});
