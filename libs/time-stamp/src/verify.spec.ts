import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TEST_AUTHORITY } from '../test/authority.ts';
import { TimeStampError } from './error.js';
import { parseCertificate } from './certificate.js';
import { toProfile } from './profile.js';
import { acceptTimeStampResponse } from './request.js';
import { verifyTimeStamp } from './verify.js';

const MESSAGE = Uint8Array.from(Buffer.from('a checkpoint'));
const TIME = 1_795_348_800;
const TOKEN = Uint8Array.from(TEST_AUTHORITY.stamp(MESSAGE, TIME));
const AUTHORITIES = [{ certificate: TEST_AUTHORITY.root, from: 0, until: null }];
const QUESTION = { message: MESSAGE, nonce: new Uint8Array(16).fill(7) };

/** What of the library takes bytes from others. */
const READERS: readonly (readonly [string, (bytes: Uint8Array) => unknown])[] = [
  ['verifyTimeStamp', (bytes) => verifyTimeStamp(bytes, MESSAGE, AUTHORITIES)],
  ['toProfile', (bytes) => toProfile(bytes, AUTHORITIES)],
  ['acceptTimeStampResponse', (bytes) => acceptTimeStampResponse(bytes, QUESTION, AUTHORITIES)],
  ['parseCertificate', (bytes) => parseCertificate(bytes)],
];

function outcome(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error instanceof TimeStampError ? 'refused' : error;
  }
  return 'accepted';
}

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const other = Uint8Array.from(bytes);
  other[at]! ^= 1 << bit;
  return other;
}

describe('a token', () => {
  it('verifies', () => {
    expect(verifyTimeStamp(TOKEN, MESSAGE, AUTHORITIES)).toEqual({
      time: TIME,
      authority: 0,
      serial: '1267',
    });
  });

  // A bit of each third byte; every bit: bit-flips.long.spec.ts.
  it('does not verify with a bit of it changed', () => {
    const accepted = [...TOKEN.keys()].filter(
      (at) => outcome(() => verifyTimeStamp(flipped(TOKEN, at, at % 8), MESSAGE, AUTHORITIES)) !== 'refused',
    );
    expect(accepted).toEqual([]);
  });

  it('does not verify over another message', () => {
    expect(outcome(() => verifyTimeStamp(TOKEN, MESSAGE.subarray(1), AUTHORITIES))).toBe('refused');
  });

  it('does not verify under an authority with a bit of its key changed', () => {
    const key = Buffer.from(TEST_AUTHORITY.root).indexOf(Buffer.from('034200', 'hex')) + 3;
    const authorities = [{ ...AUTHORITIES[0]!, certificate: flipped(TEST_AUTHORITY.root, key + 20, 3) }];
    expect(outcome(() => verifyTimeStamp(TOKEN, MESSAGE, authorities))).toBe('refused');
  });
});

describe.each(READERS)('%s', (_, read) => {
  it('refuses any bytes with its own error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(outcome(() => read(bytes))).toBe('refused');
      }),
    );
  });

  it('gives no other error than its own for a token that was cut, filled or mixed', () => {
    const position = fc.nat(TOKEN.length - 1);
    fc.assert(
      fc.property(position, position, fc.uint8Array({ maxLength: 8 }), (from, to, between) => {
        const mixed = Uint8Array.from([...TOKEN.subarray(0, from), ...between, ...TOKEN.subarray(to)]);
        expect(['refused', 'accepted']).toContain(outcome(() => read(mixed)));
      }),
      { numRuns: 300 },
    );
  });
});
