import { expect, test } from 'vitest';
import { randomPiece } from './random-piece.js';

test('no piece stands in another, over many draws of the pool, and none is zero', () => {
  const pieces = Array.from({ length: 5000 }, (_, i) => randomPiece(16 + (i % 3) * 8));
  const texts = pieces.map((piece) => Buffer.from(piece).toString('hex'));
  expect(pieces.map((piece) => piece.length)).toEqual(pieces.map((_, i) => 16 + (i % 3) * 8));
  expect(new Set(texts.map((text) => text.slice(0, 32))).size).toBe(pieces.length);
  expect(texts.some((text) => text.includes('00000000'.repeat(2)))).toBe(false);
});

test('what a caller does with a piece does not reach the next ones', () => {
  const first = randomPiece(32);
  first.fill(0);
  expect(randomPiece(32)).not.toEqual(first);
});

test('a whole pool at most', () => {
  expect(randomPiece(8192).length).toBe(8192);
  expect(() => randomPiece(8193)).toThrow(RangeError);
});
