import { describe, expect, it } from 'vitest';
import { Gate, freeBytesAt } from './gate.js';

function gate(waiting: number, free: number | null): Gate {
  return new Gate({
    countWaiting: (limit) => Promise.resolve(Math.min(waiting, limit)),
    maxBacklog: 100,
    freeBytes: () => Promise.resolve(free),
    minFreeBytes: 1_000,
  });
}

describe('Gate', () => {
  it('is open before the first look: the database decides about the first events', () => {
    expect(gate(1_000, 0).refusal()).toBeNull();
  });

  it.each<[number, number | null, ReturnType<Gate['refusal']>]>([
    [99, null, null],
    [99, 1_000, null],
    [100, null, 'backlog-full'],
    [5_000, 1_000, 'backlog-full'],
    [0, 999, 'storage-low'],
    [100, 999, 'storage-low'],
  ])('with %s waiting and %s bytes free answers %s', async (waiting, free, refusal) => {
    const one = gate(waiting, free);
    await one.look();
    expect(one.refusal()).toBe(refusal);
  });

  it('counts what is accepted between two looks', async () => {
    const one = gate(60, null);
    await one.look();
    one.add(40);
    expect(one.refusal()).toBe('backlog-full');
    expect(one.backlog).toBe(100);
    await one.look();
    expect(one.refusal()).toBeNull();
  });
});

describe('freeBytesAt', () => {
  it('knows nothing of a folder that cannot be seen', async () => {
    expect(await freeBytesAt('/nonexistent/postgresql')).toBeNull();
    expect(await freeBytesAt(null)).toBeNull();
  });

  it('sees the free bytes of a folder here', async () => {
    expect(await freeBytesAt('/')).toBeGreaterThan(0);
  });
});
