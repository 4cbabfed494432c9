import { describe, expect, it } from 'vitest';
import { Gate, freeBytesAt } from './gate.js';

function gate(waiting: number, free: number | null): Gate {
  return new Gate({
    countWaiting: (limit) => Promise.resolve(Math.min(waiting, limit)),
    maxBacklog: 100,
    freeBytes: () => Promise.resolve(free),
    minFreeBytes: 1_000,
    now: () => 0,
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

describe('a gate before a long queue', () => {
  it('counts it for a small part of the time only, adds what comes meanwhile, and looks at the disk each time', async () => {
    let clock = 0;
    let counts = 0;
    let free = 5_000;
    const one = new Gate({
      countWaiting() {
        counts += 1;
        clock += 100;
        one.add(3); // accepted while it counts
        return Promise.resolve(1_000_000);
      },
      maxBacklog: 2_000_000,
      freeBytes: () => Promise.resolve(free),
      minFreeBytes: 1_000,
      now: () => clock,
    });
    await one.look();
    expect([counts, one.backlog]).toEqual([1, 1_000_003]);
    one.add(500);
    clock += 1_999;
    await one.look();
    expect([counts, one.backlog]).toEqual([1, 1_000_503]);
    free = 0;
    await one.look();
    expect(one.refusal()).toBe('storage-low');
    clock += 1;
    await one.look();
    expect([counts, one.backlog]).toEqual([2, 1_000_003]);
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
