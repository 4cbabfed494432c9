import { expect, it } from 'vitest';
import { type AppendedEvent, FreshEvents } from './fresh-events.js';

function appended(position: number, bytes = 10): AppendedEvent {
  return {
    bytes,
    event: {
      position,
      stream: `s-${position}`,
      version: 1,
      type: 'T',
      data: {},
      attachment: null,
      recordedAt: '2026-11-22T17:00:00.000Z',
    },
  };
}

function positionsOf(fresh: FreshEvents, after: number, limit = 100, maxBytes = 1000): number[] {
  return fresh.take(after, limit, maxBytes).map((event) => event.position);
}

it('gives what follows a position once, up to the first hole', () => {
  const fresh = new FreshEvents();
  fresh.add([appended(5), appended(3)]);
  fresh.add([appended(4), appended(7)]);
  expect(positionsOf(fresh, 1)).toEqual([]);
  expect(positionsOf(fresh, 2)).toEqual([3, 4, 5]);
  expect(positionsOf(fresh, 2)).toEqual([]);
  fresh.add([appended(6)]);
  expect(positionsOf(fresh, 5)).toEqual([6, 7]);
});

it('forgets what is behind', () => {
  const fresh = new FreshEvents();
  fresh.add([appended(1), appended(2), appended(3)]);
  expect(positionsOf(fresh, 2)).toEqual([3]);
  expect(positionsOf(fresh, 0)).toEqual([]);
});

it('keeps to the limits, but never gives nothing for one event that is too large', () => {
  const fresh = new FreshEvents();
  fresh.add([appended(1, 600), appended(2, 600), appended(3, 100), appended(4, 2000)]);
  expect(positionsOf(fresh, 0)).toEqual([1]);
  expect(positionsOf(fresh, 1, 1)).toEqual([2]);
  expect(positionsOf(fresh, 2)).toEqual([3]);
  expect(positionsOf(fresh, 3)).toEqual([4]);
});

it('keeps nothing rather than more than a bounded number of bytes', () => {
  const fresh = new FreshEvents();
  const half = 5 * 1024 * 1024;
  fresh.add([appended(1, half)]);
  fresh.add([appended(2, half)]);
  expect(positionsOf(fresh, 0)).toEqual([]);
  fresh.add([appended(3, half)]);
  expect(positionsOf(fresh, 2)).toEqual([3]);
});
